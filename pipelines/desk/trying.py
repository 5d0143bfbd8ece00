"""A rule that somebody pastes, tried on the past; and a rule as the desk's files have it."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.desk.views import Bar, bars
from pipelines.desk.visitors import Refused
from pipelines.rehearsal.archive import Archive
from pipelines.rehearsal.backtest import Backtest, Tried
from pipelines.rules.loader import compile_rules, load_rules
from pipelines.rules.rule import CompiledRule
from pipelines.rules.sources import LISTS, Source, Sources

PASTED = Path("pasted.yaml")
HEAD = "version: 1\nrules:\n"
SAMPLES = 25
"""Articles shown of each rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedRule:
    """What one rule would have done."""

    tried: Tried
    bars: list[Bar]
    """Its matches by day."""


def tried(
    archive: Archive, desk: Path, text: str, since: datetime, until: datetime, seconds: float
) -> tuple[tuple[str, ...], tuple[TriedRule, ...]]:
    """What is wrong with a rule or a file of rules, a line each, and what they would have caught in the time given.

    The desk's lists may be named. A rule alone is taken as it stands in a file, with its dash or without.
    """
    lists = desk / LISTS
    shared = Source(path=lists, raw=lists.read_bytes()) if lists.is_file() else None
    whole = _as_file(text)
    before = 0 if "rules:" in text else HEAD.count("\n")
    rule_set = compile_rules(
        Sources(path=PASTED, rules=(Source(path=PASTED, raw=whole.encode()),), lists=shared), whole=False
    )
    problems = [f"line {fault.line - before}: {fault.message}" for fault in rule_set.faults if fault.path == PASTED]
    if not rule_set.rules:
        return tuple(problems), ()
    backtest, began = Backtest(rule_set.rules, None, since=since, now=until, samples=SAMPLES), time.monotonic()
    for texts in archive.texts(since):
        backtest.take(texts)
        if time.monotonic() - began > seconds:
            looked = f"time was up after {backtest.result().articles} articles"
            problems.append(f"{looked}: wirewatch rules backtest looks at all of them")
            break
    days = [since.date() + timedelta(days=number) for number in range((until.date() - since.date()).days + 1)]
    return tuple(problems), tuple(TriedRule(tried=one, bars=bars(one.days, days)) for one in backtest.result().rules)


def rule_of_file(folder: Path, rule_id: str) -> CompiledRule:
    """The rule as it stands in the desk's folder; raises Refused where it does not."""
    found = next((one for one in load_rules(folder).rules if one.rule_id == rule_id), None)
    if found is None:
        raise Refused(404, f"There is no rule {rule_id} in the desk's files any more, or it has a fault.")
    return found


def _as_file(text: str) -> str:
    """A whole file, however much of it was pasted."""
    lines = text.replace("\r\n", "\n").expandtabs(4)
    if "rules:" in lines:
        return lines
    if not lines.lstrip().startswith("- "):
        lines = "- " + lines.strip().replace("\n", "\n  ")
    return f"{HEAD}{lines}\n"
