"""Two texts side by side: what they share in long runs, and what was cut, added or replaced between; pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipelines.dedup.normalize import Prepared

RUN = 16
"""Letters of a run; fewer in common are chance."""
NEAR = 65
"""Likeness (0 to 100) from which a changed spot is the same words badly spelt."""
SPOT = 80
"""Letters of a spot; what is longer on either side was rewritten."""
OPENING = 60
"""Letters of a text's opening."""
IN_ORDER = 0.9
"""Of the shorter text, shared as it stands: another order could add next to nothing."""
FIRM = 2
"""Triples of words that place a sentence of one text in the other."""

Words = Sequence[str]


@dataclass(frozen=True, slots=True)
class Alignment:
    """What two texts have in common; `shared` and `replaced` in letters."""

    shared: int
    replaced: int
    """Between the same runs, other words on one side than on the other."""
    respelt: int
    """What of `shared` is spelt otherwise in the other."""
    inside: int
    """What of `replaced` has a run before and a run after it."""
    openings: tuple[float, float]
    """How much (0 to 1) of either text's opening stands in the other."""
    agreeing: int
    """Numbers that stand in the same place."""
    differing: tuple[tuple[str, str], ...]
    """Numbers that stand for one another near shared words."""
    moved: int
    """How many of the differing pairs stand elsewhere in the other text, both of them."""

    def turned(self) -> "Alignment":
        """The same with left and right exchanged."""
        differing = tuple((right, left) for left, right in self.differing)
        return replace(self, openings=(self.openings[1], self.openings[0]), differing=differing)


class _Piece(NamedTuple):
    """A stretch of both texts, by word: [begin, end) of either."""

    begin: int
    end: int
    other_begin: int
    other_end: int
    shared: bool


@dataclass(frozen=True, slots=True)
class _Text:
    """The words of a text in some order, and how many letters stand before each."""

    words: Words
    places: Sequence[int]
    opening: Sequence[tuple[int, int]]
    """Of the text as it is, the first words: how long they are, and their places in `words`."""

    @classmethod
    def of(cls, prepared: Prepared) -> "_Text":
        """As it stands."""
        lengths = _opening_of(prepared.words)
        return cls(prepared.words, prepared.places, list(zip(lengths, range(len(lengths)), strict=True)))

    @classmethod
    def ordered(cls, prepared: Prepared, order: Sequence[int]) -> "_Text":
        """Its words as `order` has them."""
        words = [prepared.words[index] for index in order]
        lengths = _opening_of(prepared.words)
        places = {index: place for place, index in enumerate(order) if index < len(lengths)}
        opening = [(length, places[index]) for index, length in enumerate(lengths)]
        return cls(words, list(accumulate(map(len, words), initial=0)), opening)

    def letters(self, begin: int, end: int) -> int:
        """Of these words."""
        return self.places[end] - self.places[begin]


def align(left: Prepared, right: Prepared) -> Alignment:
    """Compare word by word, with one text's sentences put in the other's order where more is shared so.

    The shorter text is the one put in order, so that which text came first decides nothing.
    """
    if (left.letters, left.line) < (right.letters, right.line):
        return align(right, left).turned()
    if right.letters >= RUN and (place := f" {left.line} ".find(f" {right.line} ")) >= 0:
        return _contained(left, right, place)
    one = _Text.of(left)
    plain = _align(one, _Text.of(right))
    order = _order(left, right) if plain.shared < IN_ORDER * right.letters else []
    if not order:
        return plain
    ordered = _align(one, _Text.ordered(right, order))
    return ordered if ordered.shared > plain.shared else plain


def _contained(left: Prepared, right: Prepared, place: int) -> Alignment:
    """The right text stands in the left one, whole, from this character on: most reprints are cut or framed."""
    begin = left.line.count(" ", 0, place)
    lengths = _opening_of(left.line.split(maxsplit=OPENING))
    opening = list(zip(lengths, range(len(lengths)), strict=True))
    return Alignment(
        shared=right.letters,
        replaced=0,
        respelt=0,
        inside=0,
        openings=(_found(opening, [(begin, begin + len(right.words))]), 1.0),
        agreeing=len(_numbers_in(right.words)),
        differing=(),
        moved=0,
    )


def _align(left: _Text, right: _Text) -> Alignment:
    pieces = _pieces(left, right)
    runs = _runs(left, pieces)
    lengths = [
        min(left.letters(begin, end), right.letters(other, other_end)) for begin, end, other, other_end, _ in runs
    ]
    holes = [(number, length) for number, (run, length) in enumerate(zip(runs, lengths, strict=True)) if not run.shared]
    agreeing, differing = _numbers(left, right, pieces)
    replaced = sum(length for _, length in holes)
    shared = [run for run in runs if run.shared]
    return Alignment(
        shared=sum(lengths) - replaced,
        replaced=replaced,
        respelt=sum(
            left.letters(begin, end)
            for begin, end, other, other_end, same in pieces
            if same and left.words[begin:end] != right.words[other:other_end]
        ),
        inside=sum(length for number, length in holes if 0 < number < len(runs) - 1),
        openings=(
            _found(left.opening, [(run.begin, run.end) for run in shared]),
            _found(right.opening, [(run.other_begin, run.other_end) for run in shared]),
        ),
        agreeing=agreeing,
        differing=tuple(differing),
        moved=_moved(left.words, right.words, differing) if differing else 0,
    )


def _order(left: Prepared, right: Prepared) -> list[int]:
    """Indices of the right text's words in the left text's order; empty where they are in it already."""
    triples = list(_triples(left.words))
    places = {triple: index for index, triple in enumerate(triples)}
    if len(places) < len(triples):  # what is said twice places nothing
        often = Counter(triples)
        places = {triple: index for triple, index in places.items() if often[triple] == 1}
    found = [places.get(triple, -1) for triple in _triples(right.words)]
    ends = (*right.sentences[1:], len(right.words))
    keys = [-1]
    for begin, end in zip(right.sentences, ends, strict=True):
        firm = sorted(place for place in found[begin : max(begin, end - 2)] if place >= 0)
        keys.append(firm[len(firm) // 2] if len(firm) >= FIRM else keys[-1])
    if keys == sorted(keys):
        return []
    sentences = sorted(zip(keys[1:], right.sentences, ends, strict=True), key=lambda sentence: sentence[0])
    return [index for _, begin, end in sentences for index in range(begin, end)]


def _triples(words: Words) -> Iterator[tuple[str, str, str]]:
    return zip(words, words[1:], words[2:], strict=False)


def _pieces(left: _Text, right: _Text) -> list[_Piece]:
    """Equal stretches, and between them changed spots; a spot that is only spelt otherwise counts as shared."""
    pieces: list[_Piece] = []
    begin = other_begin = 0
    for block in Levenshtein.opcodes(left.words, right.words).as_matching_blocks():
        start, other = block.a, block.b
        end, other_end = start + block.size, other + block.size
        if begin < start or other_begin < other:
            near = _is_near(left, right, (begin, start), (other_begin, other))
            pieces.append(_Piece(begin, start, other_begin, other, near))
        if start < end:
            pieces.append(_Piece(start, end, other, other_end, shared=True))
        begin, other_begin = end, other_end
    return pieces


def _is_near(left: _Text, right: _Text, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether a spot is the same words badly spelt."""
    lengths = left.letters(*one), right.letters(*other)
    if max(lengths) > SPOT or 200 * min(lengths) < NEAR * sum(lengths):  # no more can be alike than the shorter has
        return False
    return fuzz.ratio("".join(left.words[slice(*one)]), "".join(right.words[slice(*other)])) >= NEAR


def _runs(left: _Text, pieces: Iterable[_Piece]) -> list[_Piece]:
    """Pieces joined: shared ones to runs, and what lies between runs, chance words included, to one hole."""
    joined = _joined(pieces)
    return _joined(
        each._replace(shared=False) if each.shared and left.letters(each.begin, each.end) < RUN else each
        for each in joined
    )


def _joined(pieces: Iterable[_Piece]) -> list[_Piece]:
    joined: list[_Piece] = []
    for piece in pieces:
        if joined and joined[-1].shared == piece.shared:
            last = joined[-1]
            joined[-1] = _Piece(last.begin, piece.end, last.other_begin, piece.other_end, piece.shared)
        else:
            joined.append(piece)
    return joined


def _numbers(left: _Text, right: _Text, pieces: Iterable[_Piece]) -> tuple[int, list[tuple[str, str]]]:
    """How many numbers agree, and which stand for one another, in what is shared and in spots."""
    agreeing = 0
    differing: list[tuple[str, str]] = []
    for begin, end, other, other_end, shared in pieces:
        first = _numbers_in(left.words[begin:end])
        second = _numbers_in(right.words[other:other_end]) if first else first
        if not (first and second):
            continue
        if first == second:
            agreeing += len(first)
        elif shared or max(left.letters(begin, end), right.letters(other, other_end)) <= SPOT:
            one, two = Counter(first), Counter(second)
            agreeing += (one & two).total()
            differing += zip((one - two).elements(), (two - one).elements(), strict=False)
    return agreeing, differing


def _moved(left: Words, right: Words, differing: Sequence[tuple[str, str]]) -> int:
    in_left, in_right = frozenset(_numbers_in(left)), frozenset(_numbers_in(right))
    return sum(one in in_right and other in in_left for one, other in differing)


def _numbers_in(words: Words) -> list[str]:
    """Words are letters or digits, never both."""
    return list(filter(str.isdecimal, words))


def _opening_of(words: Words) -> list[int]:
    """The lengths of a text's first words, up to OPENING letters."""
    lengths: list[int] = []
    for word in words:
        lengths.append(len(word))
        if sum(lengths) >= OPENING:
            break
    return lengths


def _found(opening: Sequence[tuple[int, int]], stretches: Sequence[tuple[int, int]]) -> float:
    """How much of an opening, its words by length and place, stands in these stretches."""
    letters = sum(length for length, _ in opening)
    found = sum(length for length, place in opening if any(begin <= place < end for begin, end in stretches))
    return found / letters if letters else 0.0
