"""Whether two texts are one text told twice: reprinted, cut, retitled, reordered, badly scanned; pure.

Reports made from one template share their words and differ in their numbers; pages of one outlet share their appeals
and differ in the story between. Neither is a reprint, however much is shared.

The thresholds were read off 15,359 labelled pairs (six languages, twelve kinds of edit, hard negatives); each says
where true pairs and false pairs lie. Shares of `replaced` and `inside` are of the letters shared.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from rapidfuzz import fuzz

from pipelines.dedup.alignment import Alignment, align
from pipelines.dedup.normalize import Prepared

CONTAINED = 0.6
"""Of the shorter text, shared. 97 % of true pairs have .66 and more; of unrelated pairs 99 % have .57 and less."""
NUMBERS = 0.2
"""Of the numbers, differing. 99 % of true pairs have none; 99 % of templated ones .55 and more."""
CORRECTED = 1
"""Differing numbers that a long text may have whatever the share: 99 % of templated pairs have two and more."""
REPLACED = 0.5
"""97 % of true pairs have .34 and less: a lead cut here and an appeal added there."""
REWRITTEN = 0.1
"""Replaced inside. 99 % of true pairs have .03 and less: reprints are cut and framed, not rewritten."""
OPENING = 0.5
"""Of one opening, found in the other text. 97 % of true pairs have .59 and more; with shared appeals 99 % have .17."""
REPLACED_WITHOUT_OPENING = 0.1
SHORT = 400
"""Letters under which a text is short: one number is then the news."""
SHORT_CONTAINED = 0.8
SHORT_REPLACED = 0.15
VERY_SHORT = 120
"""Letters under which a text is a sentence or a headline: two desks may come by half the words of one on their own, and
a notice may name its company in the title only."""
VERY_SHORT_CONTAINED = 0.95
SAME_TITLE = 60
MUCH_LONGER = 2
"""Times the length of the shorter text. Of 219 true pairs this unlike in length (excerpts, cut endings), all but one
share the longer one's opening or the title."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """How much of the shorter text stands in the other (0 to 1), whether they are one text, and why or why not."""

    score: float
    same: bool
    reason: str


def compare(left: Prepared, right: Prepared) -> Similarity:
    """The answer for two texts; the reason is for people."""
    if left.line == right.line:
        score, words = 1.0, "the same text"
        objections: Iterator[str] = chain(_titles_objection(left, right), _days_objection(left, right))
    else:
        alignment = align(left, right)
        shorter = min(left.letters, right.letters)
        score = min(1.0, alignment.shared / max(1, shorter))
        words = f"{score * 100:.0f} % of the shorter text"
        objections = _objections(left, right, alignment, score)
    objection = next(objections, None)
    return Similarity(score, objection is None, f"{words}, but {objection}" if objection else words)


def _objections(left: Prepared, right: Prepared, alignment: Alignment, score: float) -> Iterator[str]:
    """Why not, the plainest reason first."""
    shorter = min(left.letters, right.letters)
    short = shorter < SHORT
    contained = VERY_SHORT_CONTAINED if shorter < VERY_SHORT else SHORT_CONTAINED if short else CONTAINED
    strangers = len(alignment.differing) - alignment.moved
    tolerated = 0 if short else max(CORRECTED, NUMBERS * (len(alignment.differing) + alignment.agreeing))
    if score < contained:
        yield "too little"
    if (len(alignment.differing) if short else strangers) > tolerated:
        yield f"numbers differ: {' / '.join(alignment.differing[0])}"
    if max(left.letters, right.letters) < VERY_SHORT and alignment.respelt:
        yield "in so short a text one other letter may be the news"
    if alignment.inside > REWRITTEN * alignment.shared:
        yield "the middle was rewritten"
    if alignment.replaced > (SHORT_REPLACED if short else REPLACED) * alignment.shared:
        yield "much was replaced"
    if max(alignment.openings) < OPENING and alignment.replaced > REPLACED_WITHOUT_OPENING * alignment.shared:
        yield "the openings differ"
    if _holds_many(left, right, alignment):
        yield "a text much longer that opens otherwise, under another title, holds many"
    yield from _titles_objection(left, right)
    yield from _days_objection(left, right)


def _holds_many(left: Prepared, right: Prepared, alignment: Alignment) -> bool:
    """Whether the longer text looks like a digest, in which the shorter is one item."""
    shorter, longer = sorted((left.letters, right.letters))
    opening = alignment.openings[0 if left.letters > right.letters else 1]
    return longer >= MUCH_LONGER * shorter and opening < OPENING and not _titles_alike(left, right)


def _titles_alike(left: Prepared, right: Prepared) -> bool:
    one, other = " ".join(left.title), " ".join(right.title)
    return bool(one and other) and fuzz.token_set_ratio(one, other) >= SAME_TITLE


def _titles_objection(left: Prepared, right: Prepared) -> Iterator[str]:
    shorter = min(left.letters, right.letters)
    if left.title and right.title and shorter < VERY_SHORT and not _titles_alike(left, right):
        yield "so short a text under another title is another notice"


def _days_objection(left: Prepared, right: Prepared) -> Iterator[str]:
    """A briefing is the same words each morning."""
    if left.days and right.days and not left.days & right.days:
        yield "they are told of other days"
