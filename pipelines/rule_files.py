"""How each of the desk's rule files fares: the questions that the operator sees answered, one a file."""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.desk_files.reading import Fault, Level
from pipelines.reports import Check
from pipelines.rules.sources import LISTS, Sources, read_sources

if TYPE_CHECKING:  # 0.1 s to load, which each process of Dagster's would take and only that with the answers needs
    from pipelines.rules.loader import RuleSet

EVERY_FILE = "every_rule_file"
"""The question about all files at once: it is there for files that came since the others were put."""


def questions(desk: Path) -> tuple[tuple[str, str], ...]:
    """Name and file of each question about the rule files that are there now."""
    return tuple((check_name(path, desk), str(path.relative_to(desk))) for path in _paths(read_sources(desk)))


def check_rule_files(desk: Path, kept: Path) -> tuple[Check, ...]:
    """An answer for each rule file and lists.yaml, and one for all of them: faults and failing tests, with places.

    Files that have not changed since they were found without fault are not compiled and tested again: their rules are
    in the folder `kept`.
    """
    sources = read_sources(desk)
    rule_set, faults = _judged(sources, kept)
    each = tuple(_checked(path, desk, rule_set, faults) for path in _paths(sources))
    wrong = [fault for fault in faults if fault.level is Level.ERROR]
    shown = _advice(wrong) if wrong else f"nothing is wrong; files: {len(each)}, rules: {len(rule_set.rules)}"
    return (*each, Check(name=EVERY_FILE, passed=not wrong, number=len(wrong), detail=shown))


def _judged(sources: Sources, folder: Path) -> "tuple[RuleSet, Sequence[Fault]]":
    """The rules with every fault of what is written; none of what is kept, for only what passed its tests is."""
    from pipelines.rehearsal.inline_tests import run_tests
    from pipelines.rules.kept import KeptRules
    from pipelines.rules.loader import compile_rules

    kept = KeptRules(folder)
    known = kept.load(sources)
    if known:
        return known, ()
    rule_set = compile_rules(sources)
    faults = [*rule_set.faults, *run_tests(rule_set)]
    if not faults:
        kept.save(sources, rule_set)
    return rule_set, faults


def check_name(path: Path, desk: Path) -> str:
    """`south_caucasus__links` for south-caucasus/links.yaml; where letters go, some of its digest keep it apart."""
    relative = path.relative_to(desk).with_suffix("").as_posix()
    plain = re.sub(r"[^A-Za-z0-9]", "_", relative.replace("/", "__"))
    exact = plain.replace("__", "/").replace("_", "-") == relative
    return plain if exact else f"{plain}_{sha256(relative.encode('utf-8', 'surrogateescape')).hexdigest()[:6]}"


def _paths(sources: Sources) -> Iterator[Path]:
    yield from (source.path for source in sources.rules)
    if sources.lists:
        yield sources.lists.path


def _checked(path: Path, desk: Path, rule_set: "RuleSet", faults: Sequence[Fault]) -> Check:
    wrong = [fault for fault in faults if fault.path == path and fault.level is Level.ERROR]
    rules = [rule for rule in rule_set.rules if rule.file.path == path]
    tests = sum(len(rule.tests) + len(rule.sequences) for rule in rules)
    holds = f"lists: {rule_set.lists}" if path == desk / LISTS else f"rules: {len(rules)}, tests passed: {tests}"
    shown = _advice(wrong) if wrong else f"nothing is wrong; {holds}"
    return Check(name=check_name(path, desk), passed=not wrong, number=len(wrong), detail=shown)


def _advice(wrong: Sequence[Fault]) -> str:
    told = "\n".join(str(fault) for fault in wrong[:20])
    more = f"\nand {len(wrong) - 20} more" if len(wrong) > 20 else ""
    return f"{told}{more}\nUntil this is mended and saved, last good versions run. See it all: wirewatch rules check"
