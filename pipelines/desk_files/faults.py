"""A YAML parser's complaints as faults of a file."""

import re
from pathlib import Path

from pipelines.desk_files.places import Fault


def place_after(head: str) -> tuple[int, int]:
    """Line and column of the character after `head`."""
    return head.count("\n") + 1, len(head) - head.rfind("\n")


_BEYOND = re.compile(r"\\U(?!000|0010)[0-9A-Fa-f]{8}")
"""The escape of a character that Unicode does not have; the parser raises ValueError or OverflowError for it."""


def parser_fault(path: Path, text: str, error: Exception) -> Fault:
    """What trips the parser itself."""
    escape = _BEYOND.search(text)
    if escape is None:
        return Fault(path, 1, 1, f"not YAML: {error}")
    place = place_after(text[: escape.start()])
    return Fault(path, *place, f"`{escape[0]}` stands for a character that there is not")


_IN_PLAIN_WORDS = {
    "'\\t'": "a tab stands where only spaces may",
    "mapping values are not allowed": "a `:` cannot stand here: put a text that holds one in quotes, and let the keys "
    "of one mapping begin in one column",
    "expected <block end>": "this cannot stand here: begin it in the column of its neighbours; a text that begins with "
    "a quote mark ends with it",
    "cannot start any token": "no text begins so: put it in quotes",
    "expected ',' or ']'": "a comma or the closing `]` is missing before this",
    "expected ',' or '}'": "a comma or the closing `}` is missing before this",
    "expected the node content, but found ','": "a comma too many",
    "expected the node content": "a text or a value is missing before this",
    "expected alphabetic or numeric": "`*` and `&` have a meaning of their own: put a text that starts so in quotes",
    "expected '<document start>'": "the file ends before this: begin it in the column of the first key",
    "sequence entries are not allowed": "the `- ` of a list begins on a line of its own",
    "escape": "in double quotes a backslash is special: use single quotes",
    "could not find expected ':'": "a key, a `:` and a space are due before this",
}
_CLOSING = {
    "while parsing a flow sequence": "`]`",
    "while parsing a flow mapping": "`}`",
    "while scanning a quoted scalar": "quote mark",
}


def syntax_fault(path: Path, text: str, error: Exception) -> Fault:
    """What the parser says of bytes that are no YAML, in plainer words where there are any."""
    opened, mark = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
    message = str(getattr(error, "problem", None) or error).splitlines()[0]
    context = getattr(error, "context", None)
    if opened and context in _CLOSING and ("stream end" in message or "end of stream" in message):
        line = text[opened.index :].partition("\n")[0]
        comment = "; ` #` begins a comment: put a text that holds one in quotes" if " #" in line else ""
        message = f"not YAML: the {_CLOSING[context]} that closes this is missing{comment}"
        return Fault(path, opened.line + 1, opened.column + 1, message)
    message = next((plain for part, plain in _IN_PLAIN_WORDS.items() if part in message), message)
    place = mark or opened
    since = f" (it belongs to what begins on line {opened.line + 1})" if opened and opened != place else ""
    return Fault(path, place.line + 1 if place else 1, place.column + 1 if place else 1, f"not YAML: {message}{since}")
