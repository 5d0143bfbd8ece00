"""What must change for a clause to be otherwise: the fewest parts, each with how far it is from that; pure."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, takewhile

from pipelines.rules.clauses import (
    And,
    Clause,
    Count,
    Found,
    Has,
    Hits,
    Joined,
    Near,
    Not,
    Or,
    Pair,
    SameSentence,
    Score,
    Several,
)
from pipelines.rules.document import Document
from pipelines.rules.rule import Group
from pipelines.states import TEXT_FIELDS

LIKE_ENOUGH = 0.5
"""Share of a term's letters with which a word must begin to be called near it: less is chance."""
LEAST_LETTERS = 4
JOINED = frozenset(" -‐‑")
"""Between two words that another may write as one."""


@dataclass(frozen=True, slots=True)
class Short:
    """A part of an expression that stands in the way."""

    clause: Clause
    what: str
    """What is the matter, in words and numbers."""
    distance: float
    """From 0, all but there, to 1 and, where a group has no hit at all, 2."""


@dataclass(frozen=True)
class Article:
    """What the explanation of one article looks at."""

    hits: Hits
    groups: Mapping[str, Group]
    document: Document

    @cached_property
    def _spelled(self) -> Mapping[str, tuple[str, int]]:
        """Words, and two neighbours as one, by their folded letters: as the text has them, and how many letters count.

        Of two neighbours more than the first must be alike: else the first alone says as much.
        """
        found: dict[str, tuple[str, int]] = {}
        for words in self.document.words[: len(TEXT_FIELDS)]:
            folded, starts, ends = words.folded, words.starts, words.ends
            for first, letters in enumerate(folded):
                found[letters] = words.text[starts[first] : ends[first]], LEAST_LETTERS
            for first, pair in enumerate(pairwise(folded)):
                if words.text[ends[first] : starts[first + 1]] in JOINED:
                    found.setdefault("".join(pair), (words.text[starts[first] : ends[first + 1]], len(pair[0]) + 1))
        return found

    @cached_property
    def _sorted(self) -> Sequence[str]:
        return sorted(self._spelled)

    def nearest(self, group: Group) -> tuple[float, str]:
        """How much of a term of the group begins a word, 0 to 1, and that word; empty where none is near."""
        best, word = 0.0, ""
        for term in group.terms:
            letters = "".join(word.folded for word in term.words)
            at = bisect_left(self._sorted, letters)
            for other in self._sorted[max(at - 1, 0) : at + 1]:
                shared = sum(1 for _ in takewhile(_alike, zip(letters, other, strict=False)))
                there, least = self._spelled[other]
                if shared >= least and shared / len(letters) > max(best, LIKE_ENOUGH):
                    best, word = shared / len(letters), there
        return best, word


def _alike(letters: tuple[str, str]) -> bool:
    return letters[0] == letters[1]


def ways(clause: Clause, hits: Hits) -> tuple[Clause, ...]:
    """Every alternative of a clause that holds."""
    if isinstance(clause, Or):
        return tuple(way for part in clause.parts for way in ways(part, hits))
    return (clause,) if clause.truth(hits) else ()


def short(clause: Clause, article: Article, *, want: bool) -> tuple[Short, ...]:
    """The parts that must change, together, for the clause to be `want`; the nearest where there is a choice.

    What more text could turn counts as not being so.
    """
    if clause.truth(article.hits) is want:
        return ()
    if isinstance(clause, Not):
        return short(clause.part, article, want=not want)
    if isinstance(clause, Joined):
        parts = [found for part in clause.parts if (found := short(part, article, want=want))]
        if isinstance(clause, And) is want:
            return tuple(one for part in parts for one in part)
        return min(parts, key=lambda part: (len(part), sum(one.distance for one in part)))
    return (_missing(clause, article) if want else Short(clause, _met(clause, article.hits), 1.0),)


def _met(clause: Clause, hits: Hits) -> str:
    """What a clause that should not hold found."""
    found = [f"`{name}` hits {shown(hits[name].found[0])}" for name in sorted(clause.groups()) if hits[name].found]
    return ", ".join([*clause.measure(hits), *found])


def _missing(clause: Clause, article: Article) -> Short:
    match clause:
        case Has():
            what, distance = _no_hit(clause, article)
        case Pair():
            what, distance = _not_together(clause, article)
        case Count():
            count, kind = clause.count(article.hits), "different terms" if clause.distinct else "mentions"
            what = f"`{clause.group}` has {count} {kind}, {clause.least} are asked"
            distance = (clause.least - count) / clause.least
        case Score():
            what, distance = _score(clause, article.hits)
        case Several():
            met = [name for name in clause.names if article.hits[name].truth]
            missing = [f"`{name}`" for name in clause.names if name not in met]
            what = f"{len(met)} of {clause.least}; no hit of {', '.join(missing)}"
            distance = (clause.least - len(met)) / clause.least
        case _:
            what, distance = "does not hold", 1.0
    return Short(clause, what, distance)


def _no_hit(clause: Has, article: Article) -> tuple[str, float]:
    group = article.hits[clause.group]
    if clause.field and group.found:
        return f"`{clause.group}` has no hit in the {clause.field}, only {shown(group.found[0])} elsewhere", 0.5
    share, word = article.nearest(article.groups[clause.group])
    near = f"; nearest word: {word}" if word else ""
    return f"`{clause.group}` has no hit{near}", 2 - share


def _not_together(clause: Pair, article: Article) -> tuple[str, float]:
    for name in (clause.left, clause.right):
        if not article.hits[name].found:
            share, word = article.nearest(article.groups[name])
            return f"`{name}` has no hit" + (f"; nearest word: {word}" if word else ""), 2 - share
    left, right = (article.hits[name].found for name in (clause.left, clause.right))
    either = Near(clause.text, clause.left, clause.right, 0).gap(left, right)
    if either is None and clause.left == clause.right:
        return f"`{clause.left}` has no two hits in one field", 1.0
    if either is None:
        return f"`{clause.left}` and `{clause.right}` never stand in one field", 1.0
    if isinstance(clause, SameSentence):
        return f"never in one sentence; {either} words apart at the nearest", either / (either + 10)
    gap = clause.gap(left, right) if isinstance(clause, Near) else None
    limit = clause.words if isinstance(clause, Near) else 0
    if gap is None:
        return f"`{clause.left}` never stands before `{clause.right}`", 1.0
    return f"{gap} words apart, limit {limit}", (gap - limit) / gap


def _score(clause: Score, hits: Hits) -> tuple[str, float]:
    score = sum(hits[name].weight for name in clause.weighted if hits[name].truth)
    would = [f"`{name}` {hits[name].weight:+d}" for name in sorted(clause.weighted) if not hits[name].truth]
    more = f"; would count: {', '.join(would)}" if would else ""
    return f"score {score}, {clause.least} is asked{more}", min((clause.least - score) / max(clause.least, 1), 1.0)


def shown(found: Found) -> str:
    """A hit as the text has it."""
    words = found.document.words[found.field]
    return f"“{words.text[words.starts[found.first] : words.ends[found.last]]}”"
