"""Compiles every rule under a path; one bad rule or file takes no other down."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.desk_files.reading import DeskFile, Fault
from pipelines.errors import DeskFileError
from pipelines.rules.compilation import compile_rule
from pipelines.rules.counting import join
from pipelines.rules.lists import Lists
from pipelines.rules.remains import beside
from pipelines.rules.rule import CompiledRule
from pipelines.rules.schema import RuleRecord, RulesFile
from pipelines.rules.sources import Sources, desk_around, read_sources
from pipelines.rules.table import Table
from pipelines.states import RuleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A rule that cannot run as it is written, or a whole file where `rule_id` and `was` cannot be read from it."""

    file: Path
    rule_id: RuleId | None = None
    was: RuleId | None = None
    place: tuple[int, int] = (1, 1)
    """Line and column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The rules that can run, in the order of files and lines, and every fault that keeps a rule or term out."""

    rules: Sequence[CompiledRule] = ()
    faults: tuple[Fault, ...] = ()
    broken: tuple[Broken, ...] = ()
    lists: int = 0
    """How many shared lists there are."""
    faulty_lists: frozenset[str] = frozenset()
    """Lists of which a part was left out."""
    lists_file: DeskFile | None = None
    table: Table | None = None
    """Of the rules that run, where it was kept with them."""
    digest: str | None = None
    """Of all that these rules come from, where they were kept."""


def load_rules(path: Path) -> RuleSet:
    """The rules of the desk's folder, of any folder, or of one file; never raises for what it finds there."""
    return load_part(path)[0]


def load_part(path: Path) -> tuple[RuleSet, Sequence[CompiledRule]]:
    """The same, with the rules of the whole desk where volumes of a part of it may count them."""
    sources, desk = read_sources(path), desk_around(path)
    if desk is None or desk == path:
        return compile_rules(sources, whole=path.is_dir()), ()
    rule_set = compile_rules(sources, whole=False)
    if not any(rule.rule.volume for rule in rule_set.rules):
        return rule_set, ()
    rest = compile_rules(read_sources(desk)).rules
    return compile_rules(sources, beside=rest), rest


def compile_rules(sources: Sources, *, whole: bool = True, beside: Iterable[CompiledRule] = ()) -> RuleSet:
    """The rules of files already read; never raises for what is in them.

    Unless they are the `whole` desk, a volume may count rules that stand elsewhere, otherwise those `beside` them too.
    """
    if sources.fault:
        return RuleSet(faults=(sources.fault,), broken=(Broken(file=sources.path),))
    lists = Lists(sources.lists)
    loading = _Loading(lists)
    for source in sources.rules:
        try:
            file = source.file()
        except DeskFileError as error:
            loading.faults += [fault for fault in error.faults if isinstance(fault, Fault)]
            loading.broken.append(Broken(file=source.path))
        else:
            loading.add(file)
    loading.refuse_wrong_names()
    loading.join_volumes(beside, whole=whole)
    return RuleSet(
        rules=tuple(loading.rules.values()),
        faults=in_order([*lists.faults, *loading.faults]),
        broken=tuple(loading.broken),
        lists=len(lists),
        faulty_lists=lists.faulty,
        lists_file=lists.file,
    )


def in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    """Each fault once, in the order of files and lines."""
    return tuple(sorted(set(faults), key=lambda fault: (fault.path, fault.line, fault.column, fault.message)))


class _Loading:
    """Rules, faults and what is broken, as file after file adds to them."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self.rules: dict[RuleId, CompiledRule] = {}
        self.faults: list[Fault] = []
        self.broken: list[Broken] = []

    def add(self, file: DeskFile) -> None:
        root, wrong = file.check(RulesFile)
        self.faults += wrong
        outside = [fault for loc, fault in file.flaws if loc[:1] != ("rules",) or len(loc) == 1]
        if outside:
            self.faults += outside
            root = None
        if root is None:
            self.broken.append(Broken(file=file.path))
        for index in range(len(root.rules) if root else 0):
            for rule in self._compiled(file, index):
                first = self.rules.setdefault(rule.rule_id, rule)
                if first is not rule:
                    place = f"{first.file.path}:{first.file.place(*first.loc)[0]}"
                    message = f"`{rule.rule_id}` is there twice; the first, in {place}, is used"
                    self.faults.append(rule.fault(message, "id"))

    def refuse_wrong_names(self) -> None:
        """A history can be carried on from an id that is gone, by one rule."""
        heirs: dict[RuleId, RuleId] = {}
        for rule in self.rules.values():
            if rule.was in self.rules:
                self.faults.append(rule.fault(f"`{rule.was}` is still a rule: its history is its own", "was"))
            elif rule.was and heirs.setdefault(rule.was, rule.rule_id) != rule.rule_id:
                self.faults.append(rule.fault(f"`{heirs[rule.was]}` carries on the history of `{rule.was}`", "was"))

    def join_volumes(self, beside: Iterable[CompiledRule], *, whole: bool) -> None:
        """Give volumes what they count; one that names no rule to be counted is broken."""
        names = [broken.rule_id for broken in self.broken]
        elsewhere = frozenset(filter(None, names)) if whole and None not in names else None
        self.rules, faults = join(self.rules, elsewhere, {rule.rule_id: rule for rule in beside})
        for rule_id, wrong in faults.items():
            self.faults += wrong
            rule = self.rules.pop(rule_id)
            place = rule.file.place(*rule.loc)
            self.broken.append(Broken(file=rule.file.path, rule_id=rule_id, was=rule.was, place=place))

    def _compiled(self, file: DeskFile, index: int) -> Iterator[CompiledRule]:
        loc = ("rules", index)
        rule, wrong = self._read(file, loc)
        self.faults += wrong
        if rule:
            yield rule
        else:
            names = (file.at(*loc, key) for key in ("id", "was"))
            rule_id, was = (RuleId(name) if isinstance(name, str) else None for name in names)
            self.broken.append(Broken(file=file.path, rule_id=rule_id, was=was, place=file.place(*loc)))

    def _read(self, file: DeskFile, loc: tuple[str | int, ...]) -> tuple[CompiledRule | None, list[Fault]]:
        """The rule at `loc`, or None with every fault in it."""
        record, wrong = file.check(RuleRecord, *loc)
        if record:
            rule, wrong = compile_rule(file, loc, record, self._lists)
        else:
            rule, wrong = None, [*wrong, *beside(file, loc, self._lists)]
        flaws = file.flaws_in(*loc)
        # What was refused in reading is not told again as what it left behind.
        told = {(flaw.line, flaw.column) for flaw in flaws}
        return None if flaws else rule, [*flaws, *(one for one in wrong if (one.line, one.column) not in told)]
