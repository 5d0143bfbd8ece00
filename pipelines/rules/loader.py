"""Reads every rule under a path; one bad rule or file takes no other down."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.desk_files import DeskFile, Fault, read
from pipelines.errors import DeskFileError
from pipelines.rules.compilation import compile_rule
from pipelines.rules.lists import Lists
from pipelines.rules.rule import CompiledRule
from pipelines.rules.schema import RuleRecord, RulesFile
from pipelines.states import RuleId

LISTS = "lists.yaml"
OTHERS = frozenset({LISTS, "feeds.yaml", "routes.yaml"})
"""Files at the root that hold no rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The rules that can run, in the order of files and lines, and every fault that keeps a rule or term out."""

    rules: tuple[CompiledRule, ...] = ()
    faults: tuple[Fault, ...] = ()
    lists: int = 0
    """How many shared lists there are."""
    lists_file: DeskFile | None = None


def load_rules(path: Path) -> RuleSet:
    """The rules of the desk's folder, of any folder, or of one file; never raises for what it finds there."""
    lists = Lists(_lists_path(path))
    rules: dict[RuleId, CompiledRule] = {}
    faults: list[Fault] = list(lists.faults)
    try:
        files = _rule_files(path)
    except OSError as error:
        return RuleSet(faults=(Fault(path, 1, 1, f"cannot read: {error.strerror or error}"),))
    for file in files:
        for rule in _rules_of(file, lists, faults):
            first = rules.setdefault(rule.rule_id, rule)
            if first is not rule:
                place = f"{first.file.path}:{first.file.place(*first.loc)[0]}"
                faults.append(rule.fault(f"`{rule.rule_id}` is there twice; the first, in {place}, is used", "id"))
    return RuleSet(
        rules=tuple(rules.values()),
        faults=tuple(sorted(set(faults), key=lambda fault: (fault.path, fault.line, fault.column, fault.message))),
        lists=len(lists),
        lists_file=lists.file,
    )


def _rule_files(path: Path) -> list[Path]:
    if not path.is_dir():
        path.stat()
        return [] if path.name in OTHERS else [path]
    return sorted(
        file
        for file in path.rglob("*.yaml")
        if file.is_file()
        and not (file.parent == path and file.name in OTHERS)
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
    )


def _lists_path(path: Path) -> Path | None:
    """lists.yaml at the root of a folder; for one file that of its own folder, else of the folder above."""
    folders = [path] if path.is_dir() else [path.parent, path.parent.parent]
    return next((folder / LISTS for folder in folders if (folder / LISTS).is_file()), None)


def _rules_of(path: Path, lists: Lists, faults: list[Fault]) -> Iterator[CompiledRule]:
    try:
        file = read(path)
    except DeskFileError as error:
        faults += [fault for fault in error.faults if isinstance(fault, Fault)]
        return
    root, wrong = file.check(RulesFile)
    faults += wrong
    for index in range(len(root.rules) if root else 0):
        record, wrong = file.check(RuleRecord, "rules", index)
        faults += wrong
        if record:
            rule, wrong = compile_rule(file, ("rules", index), record, lists)
            faults += wrong
            if rule:
                yield rule
