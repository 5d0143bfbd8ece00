"""What a search asks for, and the words that an index must hold for a text to be looked at; pure.

The index knows which words stand in a text, not where: it gives candidates, newest first, and the text itself decides
(`finding`). So phrases and nearness cost no index of places, and both databases answer alike.
"""

from dataclasses import dataclass
from typing import NamedTuple

LONGEST_WORD = 64
"""Characters of a word that the index keeps: PostgreSQL refuses an entry of 2 KiB, and no real word is longer."""


class Piece(NamedTuple):
    """A folded word, or the beginning of one where `open`."""

    word: str
    open: bool = False

    @property
    def indexed(self) -> "Piece":
        """As the index has it."""
        return Piece(self.word[:LONGEST_WORD], self.open) if len(self.word) > LONGEST_WORD else self


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow one another, in the headline alone where `in_title`; `written` as the person wrote it."""

    pieces: tuple[Piece, ...]
    written: str
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Every:
    """Parts that all hold."""

    parts: tuple["Sought", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Parts of which one holds."""

    parts: tuple["Sought", ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The part does not hold."""

    part: "Sought"


@dataclass(frozen=True, slots=True)
class Near:
    """Two parts with at most so many words between them, in this order where `ordered`."""

    left: "Sought"
    right: "Sought"
    words: int
    ordered: bool


Sought = Phrase | Every | Either | Without | Near


@dataclass(frozen=True, slots=True)
class All:
    """Texts that have all of these, and none of the words in `without`."""

    parts: tuple["Condition", ...]
    without: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """Texts that have one of these."""

    parts: tuple["Condition", ...]


Condition = Piece | All | Some
"""What the index is asked for."""


def condition(sought: Sought) -> Condition | None:
    """What every text that answers must have in the index; None where the words alone narrow nothing down."""
    match sought:
        case Phrase(pieces=pieces):
            return _all([piece.indexed for piece in pieces])
        case Near(left=left, right=right):
            return _all([condition(left), condition(right)])
        case Every(parts=parts):
            return _all([condition(part) for part in parts], tuple(filter(None, map(_excluded, parts))))
        case Either(parts=parts):
            found = [condition(part) for part in parts]
            return None if None in found else Some(tuple(part for part in found if part is not None))
        case Without():
            return None


def _all(found: list[Condition | None] | list[Piece], without: tuple[Piece, ...] = ()) -> Condition | None:
    parts = tuple(part for part in found if part is not None)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 and not without else All(parts, without)


def _excluded(part: Sought) -> Piece | None:
    """The word without which a text must be, where the index can tell."""
    if not (isinstance(part, Without) and isinstance(part.part, Phrase)):
        return None
    phrase = part.part
    one = len(phrase.pieces) == 1 and not phrase.in_title and len(phrase.pieces[0].word) <= LONGEST_WORD
    return phrase.pieces[0] if one else None
