"""A YAML parser's complaints as faults of a file."""

import re
from pathlib import Path

from pipelines.desk_places import Fault


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
}


def syntax_fault(path: Path, error: Exception) -> Fault:
    """What the parser says of bytes that are no YAML, where it can be said more plainly in plainer words."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    message = str(getattr(error, "problem", None) or error).splitlines()[0]
    message = next((plain for part, plain in _IN_PLAIN_WORDS.items() if part in message), message)
    context = getattr(error, "context", None)
    where = f" ({context})" if context else ""
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Fault(path, line, column, f"not YAML: {message}{where}")
