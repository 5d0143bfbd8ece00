"""Warnings that only stored texts show: rules that match the same articles, terms that hit nothing, rules too loud."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pipelines.desk_files.reading import Fault, Level
from pipelines.rehearsal.archive import Archived
from pipelines.rehearsal.backtest import MOST_A_DAY, TRIED, Backtest, Backtested
from pipelines.rules.explain import GroupReader, as_written
from pipelines.rules.rule import CompiledRule, Group, Term
from pipelines.states import RuleId

SAME = 0.95
"""Share of the articles of each of two rules that both match, from which they are one rule under two names."""
LEAST_MATCHES = 5
"""Fewer are alike by chance."""
LEAST_TEXTS = 1_000
"""Fewer texts say nothing of a term that did not come up in them: about a day of a desk of forty feeds."""
NAMED = 8


class ArchiveLint:
    """Takes stored texts of some days and says what they show of the rules."""

    def __init__(self, rules: Iterable[CompiledRule], *, since: datetime, now: datetime) -> None:
        self._rules = {rule.rule_id: rule for rule in rules if rule.rule.status in TRIED and not rule.rule.volume}
        self._backtest = Backtest(self._rules.values(), None, since=since, now=now)
        self._groups = {
            f"{rule_id} {name}": (rule, group)
            for rule_id, rule in self._rules.items()
            for name, group in rule.groups.items()
        }
        self._reader = GroupReader({key: group for key, (_, group) in self._groups.items()})
        self._hit: set[tuple[str, Term]] = set()
        self._texts = 0

    def take(self, texts: Sequence[Archived]) -> None:
        """Look at these texts."""
        self._backtest.take(texts)
        self._texts += len(texts)
        for archived in texts:
            for key, hits in self._reader.read(archived.revision.searched).hits.items():
                self._hit.update((key, self._reader.term(found)) for found in hits.found)

    def warnings(self) -> Iterator[Fault]:
        """Each at its rule or group."""
        result = self._backtest.result()
        yield from self._loud(result)
        yield from self._same(result)
        if self._texts >= LEAST_TEXTS:
            for key, (rule, group) in self._groups.items():
                yield from self._idle(rule, group, [term for term in group.terms if (key, term) not in self._hit])

    def _loud(self, result: Backtested) -> Iterator[Fault]:
        for tried in result.rules:
            if result.a_day(tried) > MOST_A_DAY:
                message = f"{result.a_day(tried):.0f} alerts a day in stored texts: narrow it, or give it a digest"
                yield self._rules[tried.rule.rule_id].fault(message, "id", level=Level.WARNING)

    def _same(self, result: Backtested) -> Iterator[Fault]:
        number = {tried.rule.rule_id: tried.matches.number for tried in result.rules}
        order = {rule_id: place for place, rule_id in enumerate(self._rules)}
        for pair, both in result.together.items():
            first, second = sorted(pair, key=order.__getitem__)
            if both >= LEAST_MATCHES and both >= SAME * max(number[first], number[second]):
                yield self._twin(first, second, both)

    def _twin(self, first: RuleId, second: RuleId, both: int) -> Fault:
        message = f"this rule matches the same articles as `{first}`: {both} stored ones"
        return self._rules[second].fault(message, "id", level=Level.WARNING)

    def _idle(self, rule: CompiledRule, group: Group, idle: Sequence[Term]) -> Iterator[Fault]:
        if not idle:
            return
        named = ", ".join(as_written(term) for term in idle[:NAMED])
        more = f" and {len(idle) - NAMED} more" if len(idle) > NAMED else ""
        message = (
            f"{len(idle)} of {len(group.terms)} terms of `{group.name}` hit nothing in {self._texts} stored articles: "
            f"{named}{more}"
        )
        place = ("terms", group.name) if rule.file.at(*rule.loc, "terms") is not None else (group.name,)
        yield rule.fault(message, *place, level=Level.WARNING, key=True)
