"""Warnings about the terms that stand in one list of a file: what another term there makes needless; pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipelines.desk_files import Data, DeskFile, Fault, Level
from pipelines.text import fold

Loc = tuple[str | int, ...]


class _Written(NamedTuple):
    """A plain term as folded words; `open` where its last word may end as it likes."""

    place: int
    shown: str
    words: tuple[str, ...]
    open: bool


def needless(file: DeskFile, loc: Loc, items: Sequence[Data]) -> Iterator[Fault]:
    """A warning at each plain term that hits nothing which another term of the list does not hit as well.

    A phrase beside one of its own words is not among them: it is the longer hit, and that shows in the alert. Nor are
    two spellings that folding makes one: they say for which languages the list was written.
    """
    seen: dict[str, _Written] = {}
    plain = [term for index, part in enumerate(items) if (term := _plain(index, part))]
    stems: dict[tuple[tuple[str, ...], int], dict[str, _Written]] = {}
    for term in plain:
        if term.open:
            *before, last = term.words
            stems.setdefault((tuple(before), len(last)), {})[last] = term
    for term in plain:
        wider = _wider(term, stems)
        first = seen.setdefault(term.shown.casefold(), term)
        if first is not term:
            message = f"`{term.shown}` is there already: `{first.shown}`"
            yield file.fault((*loc, term.place), message, Level.WARNING)
        elif wider:
            message = f"`{term.shown}` is not needed: `{wider.shown}` finds all that it finds"
            yield file.fault((*loc, term.place), message, Level.WARNING)


def _plain(index: int, part: Data) -> _Written | None:
    """A term without manners of its own, `*` at its end at most."""
    if isinstance(part, dict):
        part = part.get("term") if part.keys() == {"term"} else None
    written = getattr(part, "written", part)
    if not isinstance(written, str) or "?" in written or "*" in written.rstrip()[:-1]:
        return None
    text = written.strip()
    words = tuple(fold(text.removesuffix("*")).split())
    return _Written(index, text, words, text.endswith("*")) if words else None


def _wider(term: _Written, stems: dict[tuple[tuple[str, ...], int], dict[str, _Written]]) -> _Written | None:
    """Another term of as many words, open, of which the last is the beginning of this one's."""
    *before, last = term.words
    for length in range(1, len(last) + 1):
        other = stems.get((tuple(before), length), {}).get(last[:length])
        if other and other is not term and (length < len(last) or not term.open):
            return other
    return None
