"""The articles that any of many rules all but matched: one pass tells which rules an article can be near to."""

from collections import defaultdict
from collections.abc import Iterable

from pipelines.rehearsal.archive import Archived
from pipelines.rehearsal.near_misses import NearMiss, NearMisses
from pipelines.rules.document import Document
from pipelines.rules.rule import CompiledRule, Term
from pipelines.rules.search import TermIndex
from pipelines.states import RuleId

NEAR = 1.0
"""A part that is turned by a word or two; farther, a group has no hit at all, which is true of most articles."""
_Group = tuple[int, str]


class Nearest:
    """Takes stored texts in any order; of each rule and story the nearest is kept."""

    def __init__(self, rules: Iterable[CompiledRule], limit: int) -> None:
        """`limit` is how many are kept of a rule."""
        self._rules = [rule for rule in rules if rule.rule.volume is None]
        self._limit = limit
        self._misses: dict[int, NearMisses] = {}
        self._least = [min(2, len(rule.when.groups())) for rule in self._rules]
        groups: defaultdict[Term, list[_Group]] = defaultdict(list)
        for number, rule in enumerate(self._rules):
            for name in rule.when.groups():
                for term in rule.groups[name].terms:
                    groups[term].append((number, name))
        self._index = TermIndex(groups)
        self._told: defaultdict[int, list[_Group]] = defaultdict(list)
        for term, term_id in self._index.ids.items():
            for sign in self._index.signs(term_id):
                self._told[sign] += groups[term]

    def take(self, texts: Iterable[Archived]) -> None:
        """Look at these texts."""
        for archived in texts:
            for number in self._near_to(archived):
                if number not in self._misses:
                    self._misses[number] = NearMisses(self._rules[number], self._limit)
                self._misses[number].take([archived])

    def nearest(self) -> tuple[tuple[RuleId, NearMiss], ...]:
        """The nearest of all rules first, one of a story and rule."""
        found = [
            (self._rules[number].rule_id, near)
            for number, misses in self._misses.items()
            for near in misses.nearest()
            if near.distance < NEAR
        ]
        found.sort(key=lambda one: one[1].distance)
        first: dict[object, tuple[RuleId, NearMiss]] = {}
        for rule_id, near in found:
            story = near.archived.story_id or -near.archived.revision.article.article_id
            first.setdefault((rule_id, story), (rule_id, near))
        return tuple(first.values())

    def _near_to(self, archived: Archived) -> list[int]:
        """Rules of which two groups can have a hit, or their only one."""
        scan = self._index.scan(Document(archived.revision.searched, whole=True))
        hit: defaultdict[int, set[str]] = defaultdict(set)
        for sign in {sign for sign, _, _ in scan.found}:
            for number, name in self._told.get(sign, ()):
                hit[number].add(name)
        return [number for number, names in sorted(hit.items()) if len(names) >= self._least[number]]
