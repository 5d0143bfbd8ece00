"""Loads the rules that run: read, checked against their inline tests, and held against their last good versions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.desk_files.reading import Fault, Level
from pipelines.model import Judgement, Revision
from pipelines.protocols import MatchStore
from pipelines.rulebook import Backfill, Change, Look, RuleBook, StandingRule
from pipelines.rules.sources import LISTS, Source, Sources, read_sources
from pipelines.states import RuleId
from pipelines.steps.progress import Budget

if TYPE_CHECKING:  # an idle cycle only asks whether the files have changed
    from pipelines.going_live import News, Refused
    from pipelines.rules.loader import RuleSet
    from pipelines.rules.matcher import Matcher
    from pipelines.rules.rule import CompiledRule
    from pipelines.rules.standing import Decision, Found

SETTLED = 2.0
"""Seconds for which files must be unchanged: of 1,190 cuts of a 10-rule file 108 looked complete (measured)."""

BATCH = 200
"""Stored texts judged by a new rule in one transaction."""

Judge = Callable[["Matcher", Revision], Sequence[Judgement]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRules:
    """The desk's rules as they run, and the book of their last good versions."""

    folder: Path
    book: RuleBook
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    kept: Path | None = None
    """Where the compiled rules are kept for the next run; without it each run compiles them."""
    tell: "Callable[[News], None] | None" = None
    """Told of what changes, before it is noted: whoever is killed between the two tells it again."""

    def due(self) -> bool:
        """Whether the files are other than at the last look, something in them was wrong, or a rule looks back."""
        return self.book.look().whole != read_sources(self.folder).digest or bool(self.book.backfills())

    def load(self) -> "RuleSet":
        """The rules that run, with the faults of what is written; what changed is noted in the book."""
        from pipelines.rules.loader import compile_rules
        from pipelines.rules.standing import decide

        sources, look = read_sources(self.folder), self.book.look()
        unchanged = look.whole == sources.digest
        if unchanged and (rule_set := self._kept(sources)):
            return rule_set
        rule_set = compile_rules(sources)
        if unchanged and not rule_set.broken:
            self._keep(sources, rule_set)
            return rule_set
        standing = self.book.standing()
        found, failures = self._found(sources, rule_set, standing)
        decision = decide(found, standing, look, self.clock())
        if self.tell and standing and not decision.refusal:
            self.tell(self._news(found, decision, standing, failures))
        self._note(decision, look, sources, standing)
        return _running(found, decision, failures)

    def look_back(self, store: MatchStore, rule_set: "RuleSet", judge: Judge, budget: Budget) -> bool:
        """Judge stored texts by rules that are new and ask for it; False where time ran out before the end.

        Killed between the matches and the mark, it judges some texts again, which stores nothing twice.
        """
        from pipelines.rules.matcher import Matcher

        for backfill in self.book.backfills():
            matcher = Matcher(rule for rule in rule_set.rules if rule.rule_id == backfill.rule_id)
            left: Backfill | None = backfill
            while left and not budget.spent:
                texts = self.book.texts(left, BATCH)
                judged = [(text.revision_id, judgement) for text in texts for judgement in judge(matcher, text)]
                store.save_matches([], judged, budget.now())
                left = replace(left, after=texts[-1].revision_id) if len(texts) == BATCH else None
                self.book.backfilled([backfill.rule_id], left.after if left else None)
            if left:
                return False
        return True

    def _found(
        self, sources: Sources, rule_set: "RuleSet", standing: Mapping[RuleId, StandingRule]
    ) -> tuple["Found", tuple[Fault, ...]]:
        """What the look found, with the faults of failing inline tests."""
        from pipelines.rules.standing import Found, changed

        failures = {
            rule.rule_id: faults for rule in changed(rule_set.rules, standing) if (faults := _failures(rule, rule_set))
        }
        found = Found(
            folder=self.folder,
            digest=sources.digest,
            rule_set=rule_set,
            failing=frozenset(failures),
            unsettled=bool(standing) and not self._settled(sources),
        )
        return found, tuple(fault for faults in failures.values() for fault in faults)

    def _news(
        self,
        found: "Found",
        decision: "Decision",
        standing: Mapping[RuleId, StandingRule],
        failures: Sequence[Fault],
    ) -> "News":
        from pipelines.going_live import Edit, News

        was = {
            rule.rule_id: standing.get(rule.rule_id) or standing.get(rule.was or rule.rule_id)
            for rule in decision.adopt
        }
        before = {rule.rule_id: rule for rule in _kept(self.folder, tuple(filter(None, was.values())))[0]}
        edits = ((rule, was[rule.rule_id]) for rule in decision.adopt)
        return News(
            folder=self.folder,
            edits=tuple(
                Edit(rule=rule, before=_as(rule, before.get(old.rule_id)) if old else None) for rule, old in edits
            ),
            gone=decision.retire,
            refused=tuple(_refused(found, decision, failures)),
        )

    def _kept(self, sources: Sources) -> "RuleSet | None":
        from pipelines.rules.kept import KeptRules

        return KeptRules(self.kept).load(sources) if self.kept else None

    def _keep(self, sources: Sources, rule_set: "RuleSet") -> None:
        from pipelines.rules.kept import KeptRules

        if self.kept:
            KeptRules(self.kept).save(sources, rule_set)

    def _settled(self, sources: Sources) -> bool:
        """Whether the files stay as they are; waits where they were written just now."""
        age = self.clock().timestamp() - sources.written_at
        if age >= SETTLED:
            return True
        self.sleep(min(SETTLED - age, SETTLED))
        return read_sources(self.folder).digest == sources.digest

    def _note(
        self, decision: "Decision", look: Look, sources: Sources, standing: Mapping[RuleId, StandingRule]
    ) -> None:
        if decision.look == look and not (decision.adopt or decision.retire):
            return
        lists = sources.lists.raw.decode("utf-8-sig", "replace") if sources.lists else None
        renamed = {rule.rule_id: rule.was for rule in decision.adopt if rule.was}
        new = [rule for rule in decision.adopt if rule.rule_id not in standing and rule.was not in standing]
        change = Change(
            look=decision.look,
            adopt=tuple(self._standing(rule, lists) for rule in decision.adopt),
            retire=decision.retire,
            renamed=renamed,
            backfill={rule.rule_id: rule.backfill for rule in new if rule.backfill},
        )
        self.book.write(change, self.clock())

    def _standing(self, rule: "CompiledRule", lists: str | None) -> StandingRule:
        return StandingRule(
            rule_id=rule.rule_id,
            version=rule.rule.version,
            file=str(rule.file.path.relative_to(self.folder)),
            source=rule.rule.source,
            lists=lists if rule.lists else None,
        )


def _failures(rule: "CompiledRule", beside: "RuleSet") -> tuple[Fault, ...]:
    from pipelines.rehearsal.inline_tests import run_tests
    from pipelines.rules.loader import RuleSet

    return run_tests(RuleSet(rules=(rule,)), beside.rules)


def _running(found: "Found", decision: "Decision", failures: tuple[Fault, ...]) -> "RuleSet":
    """The rules of the decision as one set, with all that is wrong."""
    from pipelines.rules.loader import RuleSet, in_order

    kept, wrong = _kept(found.folder, decision.keep)
    faults = [*found.rule_set.faults, *failures, *wrong]
    if decision.refusal:
        faults.append(Fault(found.folder, 1, 1, f"{decision.refusal}; the last good rules run"))
    else:
        faults += _keeping(found, decision)
    return RuleSet(
        rules=(*decision.run, *kept),
        faults=in_order(faults),
        broken=found.rule_set.broken,
        lists=found.rule_set.lists,
        faulty_lists=found.rule_set.faulty_lists,
        lists_file=found.rule_set.lists_file,
    )


def _refused(found: "Found", decision: "Decision", failures: Sequence[Fault]) -> "Iterator[Refused]":
    """The files that have an error, each with the rules that run otherwise than it says."""
    from pipelines.going_live import Refused

    kept, _ = _kept(found.folder, decision.keep)
    by_file: dict[Path, list[Fault]] = {}
    for fault in (*found.rule_set.faults, *failures):
        if fault.level is Level.ERROR:
            by_file.setdefault(fault.path, []).append(fault)
    for file, faults in by_file.items():
        keep = tuple(rule.rule_id for rule in decision.keep if found.folder / rule.file == file)
        here = [rule for rule in (*kept, *found.rule_set.rules) if rule.file.path == file]
        failing = [rule for rule in here if rule.rule_id in keep or rule.rule_id in found.failing]
        owner = next((rule.rule.owner for rule in (*failing, *here) if rule.rule.owner), None)
        yield Refused(file=file, faults=tuple(faults), keep=keep, owner=owner)


def _as(rule: "CompiledRule", before: "CompiledRule | None") -> "CompiledRule | None":
    """The version before under the id that the rule has now, so that the two can be compared."""
    return before and replace(before, rule=replace(before.rule, rule_id=rule.rule_id))


def _keeping(found: "Found", decision: "Decision") -> Iterator[Fault]:
    """One line for each rule that runs otherwise than it is written, at its place where it has one."""
    places = {one.rule_id: (one.file, *one.place) for one in found.rule_set.broken}
    places |= {rule.rule_id: (rule.file.path, *rule.file.place(*rule.loc)) for rule in found.rule_set.rules}
    for rule in decision.keep:
        path, line, column = places.get(rule.rule_id, (found.folder / rule.file, 1, 1))
        message = f"`{rule.rule_id}`: its last good version runs until this is mended"
        yield Fault(path, line, column, message, Level.WARNING)
    running = {rule.rule_id for rule in decision.run} | {rule.rule_id for rule in decision.keep}
    for rule_id in sorted(found.failing - running):
        path, line, column = places[rule_id]
        yield Fault(path, line, column, f"`{rule_id}`: does not run before its tests pass", Level.WARNING)


@lru_cache(maxsize=2)  # asked for the rules that run, for the word to their owner, and by each later look of a process
def _kept(folder: Path, keep: tuple[StandingRule, ...]) -> tuple[tuple["CompiledRule", ...], tuple[Fault, ...]]:
    """Last good versions compiled again, each with the lists that it was good with."""
    from pipelines.rules.loader import compile_rules

    by_lists: dict[str | None, list[StandingRule]] = {}
    for rule in keep:
        by_lists.setdefault(rule.lists, []).append(rule)
    compiled: list[CompiledRule] = []
    wrong: list[Fault] = []
    for text, rules in by_lists.items():
        lists = None if text is None else Source(path=folder / LISTS, raw=text.encode())
        files = tuple(Source(path=folder / rule.file, raw=_alone(rule.source)) for rule in rules)
        rule_set = compile_rules(Sources(path=folder, rules=files, lists=lists), whole=False)
        compiled += rule_set.rules
        for one in rule_set.broken:
            message = f"the last good version of `{one.rule_id}` cannot be read by this version of Wirewatch"
            wrong.append(Fault(one.file, 1, 1, message))
    return tuple(compiled), tuple(wrong)


def _alone(source: str) -> bytes:
    """A rule's own YAML as a file that holds nothing else."""
    indented = source.replace("\n", "\n    ")
    return f"version: 1\nrules:\n  - {indented}\n".encode()
