r"""`{re: ...}` terms: RE2 patterns over the folded words of a sentence; the only file that imports re2.

A sentence is its words with one space between them, and a hit begins and ends at a word's edge: RE2 knows neither
look-around nor the letters of other alphabets in \b and \w, so the edges are part of the pattern that runs, and \w
and \d are spelt out. Letters of scripts without spaces stand side by side, each of them a word. What folded words
never hold (capitals, accents, punctuation) is refused in a pattern: it would silently find nothing.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import re2  # type: ignore[import-untyped]  # ships no types

from pipelines.text import UNSPACED, Words

LONGEST = 1_000
"""Characters of a pattern."""

_TOKEN = re.compile(
    r"(?P<klass>\[\^?\]?(?:\[:\^?\w+:\]|\\[pP]\{[^}]*\}|\\.|[^\]\\])*\])"
    r"|(?P<escape>\\[pP](?:\{[^}]*\}|.)|\\x\{[0-9A-Fa-f]+\}|\\x[0-9A-Fa-f]{2}|\\.)"
    r"|(?P<group>\(\?P?<\w+>|\(\?[imsU-]*[:)]|[()|])"
    r"|(?P<times>\{\d+(?:,\d*)?\}|[*+?.])"
    r"|(?P<edge>[\^$])"
    r"|(?P<letter>.)",
    re.DOTALL,
)
_IN_CLASS = re.compile(r"\[:\^?\w+:\]|\\[pP](?:\{[^}]*\}|.)|\\x\{[0-9A-Fa-f]+\}|\\x[0-9A-Fa-f]{2}|\\.|.", re.DOTALL)
_WORD, _DIGIT = r"\p{L}\p{N}\p{M}", r"\p{Nd}"
_SPELT = {r"\w": f"[{_WORD}]", r"\W": f"[^{_WORD}]", r"\d": _DIGIT, r"\D": r"\P{Nd}"}
_SPELT_IN_CLASS = {r"\w": _WORD, r"\d": _DIGIT, r"\D": r"\P{Nd}"}
_REFUSED = {
    **dict.fromkeys((r"\b", r"\B", r"\A", r"\z", "^", "$"), "a word's edge is implied at both ends: leave it out"),
    r"\C": "a single byte is no letter",
    r"\Q": "write the letters plainly",
    r"\W": r"within [...] write what is meant: a space, or [^\p{L}\p{N}] alone",
}
_ANY_WORD = ("q", "xzjqv", "щъыжй", "ծձղճփ", "7")
"""Words of which no pattern means more than one or two."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a pattern cannot run, and at which character."""

    message: str
    at: int


def first_wrong(written: str, folded: Callable[[str], str]) -> Wrong | None:
    """What keeps the pattern from running, if anything; `folded` is how the text is folded for it."""
    if not written.strip():
        return Wrong("an empty pattern", 0)
    if len(written) > LONGEST:
        return Wrong(f"a pattern of over {LONGEST} characters", LONGEST)
    try:
        _compile(written)
    except re2.error as error:
        return _syntax(error.args[0], written)
    return next(_never_met(written, folded), None) or _too_wide(written)


def _compile(pattern: str) -> "re2._Regexp":
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern.encode("utf-8", "surrogatepass"), options)


def _syntax(message: bytes | str, written: str) -> Wrong:
    """RE2's complaint, at the part of the pattern that it quotes."""
    said = message.decode("utf-8", "replace") if isinstance(message, bytes) else message
    what, _, part = said.partition(": ")
    at = _bracket(written) if what in {"missing )", "unexpected )"} else written.find(part) if part else 0
    if part.startswith(("(?=", "(?!", "(?<")):
        return Wrong(f"`{part}`: patterns here cannot look around", max(at, 0))
    return Wrong(f"not RE2: {what}{f' at `{part}`' if part and part != written else ''}", max(at, 0))


def _bracket(written: str) -> int:
    """Where the bracket stands that has no partner."""
    open_ones: list[int] = []
    for token in _TOKEN.finditer(written):
        if token["group"] == ")":
            if not open_ones:
                return token.start()
            open_ones.pop()
        elif token["group"] and token["group"] != "|" and not token["group"].endswith(")"):
            open_ones.append(token.start())
    return open_ones[-1] if open_ones else 0


def _never_met(written: str, folded: Callable[[str], str]) -> Iterator[Wrong]:
    """What folded words never hold, in reading order."""
    run = ""
    for token in _TOKEN.finditer(written):
        text = token[0]
        letter = _letter(text) if token["letter"] or token["escape"] else None
        if letter is not None and (letter.isalnum() or unicodedata.category(letter)[0] == "M"):
            run += letter
            if folded(run) != run:
                yield Wrong(f"`{run}` is never there: the words are folded to `{folded(run)}`", token.start())
            continue
        run = ""
        if letter is not None and letter != " ":
            yield Wrong(f"`{text}`: between two words stands one space and nothing else", token.start())
        elif token["klass"]:
            yield from _never_in_class(text, token.start(), folded)
        elif text in _REFUSED and text != r"\W":
            yield Wrong(f"`{text}`: {_REFUSED[text]}", token.start())
        elif text in _CAPITALS and folded("A") != "A":
            yield Wrong(f"`{text}` is never there: the words are folded to small letters", token.start())


_CAPITALS = (r"\p{Lu}", r"\p{Lt}", r"\p{Uppercase}")


def _never_in_class(klass: str, at: int, folded: Callable[[str], str]) -> Iterator[Wrong]:
    for part in _IN_CLASS.finditer(klass, 2 if klass.startswith("[^") else 1, len(klass) - 1):
        text, letter = part[0], _letter(part[0])
        if letter is not None and letter.isalnum() and folded(letter) != letter:
            message = f"`{text}` is never there: the words are folded to `{folded(letter)}`"
            yield Wrong(message, at + part.start())
        elif text.startswith("[:"):
            yield Wrong(rf"`{text}` knows ASCII alone: write \p{{L}} or \p{{N}}", at + part.start())
        elif text in {r"\W", r"\C", r"\Q"}:
            yield Wrong(f"`{text}`: {_REFUSED[text]}", at + part.start())
        elif text in _CAPITALS and folded("A") != "A":
            yield Wrong(f"`{text}` is never there: the words are folded to small letters", at + part.start())


def _letter(text: str) -> str | None:
    """The character that a part of a pattern stands for, if for one."""
    if not text.startswith("\\"):
        return text
    if text[1:2] == "x":
        return chr(min(int(text[2:].strip("{}"), 16), 0x10FFFF))
    return None if text[1].isalnum() else text[1]


def _too_wide(written: str) -> Wrong | None:
    whole = _compile(_spelt_out(written))
    if whole.fullmatch(b"") is not None:
        return Wrong("a pattern that no word at all would meet", 0)
    if all(whole.fullmatch(word.encode()) for word in _ANY_WORD):
        return Wrong("a pattern that every word would meet", 0)
    return None


def _spelt_out(written: str) -> str:
    r"""The pattern with \w and \d for every alphabet."""

    def spelt(token: re.Match[str]) -> str:
        if token["klass"]:
            return _IN_CLASS.sub(lambda part: _SPELT_IN_CLASS.get(part[0], part[0]), token[0])
        return _SPELT.get(token[0], token[0])

    return _TOKEN.sub(spelt, written)


_LETTER_ALONE = "".join(f"\\x{{{codes.start:x}}}-\\x{{{codes.stop - 1:x}}}" for codes in UNSPACED)
APART = re.compile("[" + "".join(f"{chr(codes.start)}-{chr(codes.stop - 1)}" for codes in UNSPACED) + "]")
"""A letter of a script without spaces, which is a word by itself."""


@lru_cache(maxsize=1 << 12)
def _with_edges(written: str) -> "re2._Regexp":
    return _compile(rf"(?:[ \n]|[{_LETTER_ALONE}]\p{{M}}*)({_spelt_out(written)})(?:[ \n]|[{_LETTER_ALONE}])")


@dataclass(frozen=True, slots=True)
class Lines:
    """A field's sentences as patterns see them; `starts[i]` is where the i-th word begins in `text`."""

    text: bytes
    starts: Sequence[int]
    sentences: Sequence[tuple[int, int]]
    """Where each begins and ends, the breaks around it included."""


def read_lines(words: Words, folded: Sequence[str]) -> Lines:
    """The words, `folded` one by one, line by line."""
    parts = ["\n"]
    for position, word in enumerate(folded):
        if position + 1 == len(folded) or words.sentences[position] != words.sentences[position + 1]:
            gap = "\n"
        elif words.ends[position] == words.starts[position + 1] and APART.match(word):
            gap = "" if APART.match(folded[position + 1]) else " "
        else:
            gap = " "
        parts += (word, gap)
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    offsets = list(accumulate(map(len, encoded)))
    text = b"".join(encoded)
    breaks = [place for place, byte in enumerate(text) if byte == 10]
    return Lines(text, offsets[:-1:2], list(zip(breaks, (end + 1 for end in breaks[1:]), strict=False)))


def places(pattern: str, lines: Lines) -> Iterator[tuple[int, int]]:
    """First and last word of each place that the pattern meets, from left to right."""
    regexp = _with_edges(pattern)
    if regexp.search(lines.text) is None:
        return
    for begin, end in lines.sentences:
        at: int | None = begin
        while at is not None and (found := regexp.search(lines.text, at, end)) is not None:
            start, stop = found.span(1)
            last = bisect_right(lines.starts, stop - 1) - 1
            yield bisect_right(lines.starts, start) - 1, last
            # What ends this hit may begin the next: a space, or a letter that is a word by itself.
            at = stop if lines.text[stop] in b" \n" else lines.starts[last]
