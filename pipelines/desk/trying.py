"""A rule that somebody pastes, tried on the past."""

import time
from datetime import datetime
from pathlib import Path

from pipelines.rehearsal.archive import Archive
from pipelines.rehearsal.backtest import Backtest, Tried
from pipelines.rules.loader import compile_rules
from pipelines.rules.sources import LISTS, Source, Sources

PASTED = Path("pasted.yaml")


def tried(
    archive: Archive, desk: Path, text: str, since: datetime, until: datetime, seconds: float
) -> tuple[tuple[str, ...], tuple[Tried, ...]]:
    """What is wrong with a rule or a file of rules, a line each, and what they would have caught in the time given.

    The desk's lists may be named. A rule alone is taken as it stands in a file, with its dash or without.
    """
    lists = desk / LISTS
    shared = Source(path=lists, raw=lists.read_bytes()) if lists.is_file() else None
    rule_set = compile_rules(
        Sources(path=PASTED, rules=(Source(path=PASTED, raw=_as_file(text).encode()),), lists=shared), whole=False
    )
    problems = [f"line {fault.line}: {fault.message}" for fault in rule_set.faults if fault.path == PASTED]
    if not rule_set.rules:
        return tuple(problems), ()
    backtest, began = Backtest(rule_set.rules, None, since=since, now=until), time.monotonic()
    for texts in archive.texts(since):
        backtest.take(texts)
        if time.monotonic() - began > seconds:
            problems.append(
                f"time was up after {backtest.result().articles} articles: try it with wirewatch rules backtest"
            )
            break
    return tuple(problems), backtest.result().rules


def _as_file(text: str) -> str:
    """A whole file, however much of it was pasted."""
    lines = text.replace("\r\n", "\n").expandtabs(4)
    if "rules:" in lines:
        return lines
    if not lines.lstrip().startswith("- "):
        lines = "- " + lines.strip().replace("\n", "\n  ")
    return f"version: 1\nrules:\n{lines}\n"
