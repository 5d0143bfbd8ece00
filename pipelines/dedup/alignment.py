"""Two texts side by side: what they share in long runs, and what was cut, added or replaced between; pure."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
    """A stretch of both texts, by word."""

    left: slice
    right: slice
    shared: bool

    def with_next(self, piece: "_Piece") -> "_Piece":
        """Both stretches as one, of this one's kind."""
        left, right = slice(self.left.start, piece.left.stop), slice(self.right.start, piece.right.stop)
        return _Piece(left, right, self.shared)


def align(left: Prepared, right: Prepared) -> Alignment:
    """Compare word by word, with one text's sentences put in the other's order where more is shared so.

    The shorter text is the one put in order, so that which text came first decides nothing.
    """
    if (left.letters, left.words) < (right.letters, right.words):
        return align(right, left).turned()
    plain = _align(left.words, right.words, range(len(right.words)))
    order = _order(left, right) if plain.shared < IN_ORDER * right.letters else []
    if not order:
        return plain
    ordered = _align(left.words, right.words, order)
    return ordered if ordered.shared > plain.shared else plain


def _align(left: Words, unordered: Words, order: Sequence[int]) -> Alignment:
    right = [unordered[index] for index in order]
    pieces = list(_pieces(left, right))
    runs = _runs(left, pieces)
    lengths = [min(_letters(left[run.left]), _letters(right[run.right])) for run in runs]
    holes = [(number, length) for number, (run, length) in enumerate(zip(runs, lengths, strict=True)) if not run.shared]
    agreeing, differing = _numbers(left, right, pieces)
    seen = {index for run in runs if run.shared for index in range(run.left.start, run.left.stop)}
    seen_right = {index for run in runs if run.shared for index in order[run.right]}
    return Alignment(
        shared=sum(length for run, length in zip(runs, lengths, strict=True) if run.shared),
        replaced=sum(length for _, length in holes),
        respelt=sum(_letters(left[one.left]) for one in pieces if one.shared and left[one.left] != right[one.right]),
        inside=sum(length for number, length in holes if 0 < number < len(runs) - 1),
        openings=(_opening(left, seen), _opening(unordered, seen_right)),
        agreeing=agreeing,
        differing=tuple(differing),
        moved=_moved(left, right, differing) if differing else 0,
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


def _pieces(left: Words, right: Words) -> Iterator[_Piece]:
    """Equal stretches, and between them changed spots; a spot that is only spelt otherwise counts as shared."""
    hole: _Piece | None = None
    for code in Levenshtein.opcodes(left, right):
        piece = _Piece(
            slice(code.src_start, code.src_end), slice(code.dest_start, code.dest_end), shared=code.tag == "equal"
        )
        if not piece.shared:
            hole = hole.with_next(piece) if hole else piece
            continue
        if hole:
            yield _judged(left, right, hole)
        hole = None
        yield piece
    if hole:
        yield _judged(left, right, hole)


def _judged(left: Words, right: Words, hole: _Piece) -> _Piece:
    one, other = "".join(left[hole.left]), "".join(right[hole.right])
    near = bool(one and other) and max(len(one), len(other)) <= SPOT and fuzz.ratio(one, other) >= NEAR
    return hole._replace(shared=near) if near else hole


def _runs(left: Words, pieces: Iterable[_Piece]) -> list[_Piece]:
    """Pieces joined: shared ones to runs, and what lies between runs, chance words included, to one hole."""
    joined = _joined(pieces)
    return _joined(
        each._replace(shared=False) if each.shared and _letters(left[each.left]) < RUN else each for each in joined
    )


def _joined(pieces: Iterable[_Piece]) -> list[_Piece]:
    joined: list[_Piece] = []
    for piece in pieces:
        if joined and joined[-1].shared == piece.shared:
            joined[-1] = joined[-1].with_next(piece)
        else:
            joined.append(piece)
    return joined


def _numbers(left: Words, right: Words, pieces: Iterable[_Piece]) -> tuple[int, list[tuple[str, str]]]:
    """How many numbers agree, and which stand for one another, in what is shared and in spots."""
    agreeing = 0
    differing: list[tuple[str, str]] = []
    for piece in pieces:
        first, second = _numbers_in(left[piece.left]), _numbers_in(right[piece.right])
        if not (first and second):
            continue
        if first == second:
            agreeing += len(first)
        elif piece.shared or max(_letters(left[piece.left]), _letters(right[piece.right])) <= SPOT:
            one, other = Counter(first), Counter(second)
            agreeing += (one & other).total()
            differing += zip((one - other).elements(), (other - one).elements(), strict=False)
    return agreeing, differing


def _moved(left: Words, right: Words, differing: Sequence[tuple[str, str]]) -> int:
    in_left, in_right = frozenset(_numbers_in(left)), frozenset(_numbers_in(right))
    return sum(one in in_right and other in in_left for one, other in differing)


def _numbers_in(words: Words) -> list[str]:
    """Words are letters or digits, never both."""
    return list(filter(str.isdecimal, words))


def _opening(words: Words, seen: Container[int]) -> float:
    letters = found = 0
    for index, word in enumerate(words):
        letters += len(word)
        found += len(word) if index in seen else 0
        if letters >= OPENING:
            break
    return found / letters if letters else 0.0


def _letters(words: Words) -> int:
    return sum(map(len, words))
