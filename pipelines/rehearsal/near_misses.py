"""Stored articles that a rule all but matched, one part short of it; and the forms in which its terms stand."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import heappush, heappushpop

from pipelines.rehearsal.archive import Archived
from pipelines.rules.explain import Explainer, as_written
from pipelines.rules.rule import CompiledRule


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """An article and what stands in its way."""

    archived: Archived
    clause: str
    what: str
    distance: float
    """From 0, all but there, to 2."""


class NearMisses:
    """Takes stored texts in any order and keeps the `limit` nearest."""

    def __init__(self, rule: CompiledRule, limit: int) -> None:
        self._rule = rule
        self._explainer = Explainer(rule)
        self._wanted = sorted(rule.when.groups())
        self._limit = limit
        self._heap: list[tuple[float, int, NearMiss]] = []
        self.number = 0
        """Near misses met, kept or not."""

    def take(self, texts: Iterable[Archived]) -> None:
        """Look at these texts. What has no hit of any group that `when` asks for is no near miss."""
        for archived in texts:
            if near := self._near(archived):
                self.number += 1
                key = (-near.distance, archived.revision.article.article_id, near)
                if len(self._heap) < self._limit:
                    heappush(self._heap, key)
                else:
                    heappushpop(self._heap, key)

    def nearest(self) -> tuple[NearMiss, ...]:
        """The nearest first; of equally near ones the newest."""
        return tuple(near for *_, near in sorted(self._heap, key=lambda one: one[:2], reverse=True))

    def _near(self, archived: Archived) -> NearMiss | None:
        revision = archived.revision
        content, article = revision.searched, revision.article
        looked = self._explainer.article(content)
        if not any(looked.hits[name].found for name in self._wanted):
            return None
        gates = list(self._rule.scope.refusals(content.language, article.tags))
        shorts = self._explainer.shorts(looked)
        if len(gates) + len(shorts) != 1:
            return None
        return NearMiss(
            archived=archived,
            clause=shorts[0].clause.text if shorts else "scope",
            what=shorts[0].what if shorts else gates[0],
            distance=shorts[0].distance if shorts else 1.0,
        )


class Forms:
    """Counts the forms in which each term of a rule stands in stored texts."""

    def __init__(self, rule: CompiledRule) -> None:
        self._explainer = Explainer(rule)
        self._found: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for name, group in rule.groups.items():
            for term in group.terms:
                self._found[name, as_written(term)] = Counter()

    def take(self, texts: Iterable[Archived]) -> None:
        """Count in these texts; every mention counts."""
        for archived in texts:
            for name, term, form in self._explainer.forms(archived.revision.searched):
                self._found[name, term][form] += 1

    def found(self) -> Mapping[tuple[str, str], Counter[str]]:
        """By group and term, in the rule's order, each form as the texts have it; none where a term never hits."""
        return self._found
