"""The shared lists of lists.yaml, lists within lists resolved."""

from collections.abc import Iterator, Mapping

from pipelines.desk_files.reading import DeskFile, Fault, suggest_or_list
from pipelines.errors import DeskFileError
from pipelines.rules.rule import Term, Terms
from pipelines.rules.schema import ListRecord, ListsFile, TermRecord
from pipelines.rules.sources import LISTS, Source
from pipelines.rules.terms import add_terms

MAX_DEPTH = 32
MAX_TERMS = 200_000
"""In all lists, those of lists within lists counted each time: a short file can name one long list many times."""

Loc = tuple[str | int, ...]


class Lists:
    """The lists of one file. A bad term is left out of its list and named in `faults`; the others stay."""

    def __init__(self, source: Source | None) -> None:
        self.faults: list[Fault] = []
        self._source = source
        self._records: dict[str, ListRecord] = {}
        self._broken: set[str] = set()
        self._faulty: set[str] = set()
        self._terms: dict[str, Terms] = {}
        self._total = 0
        self.file = self._read(source) if source else None
        for name in self._records:
            self._resolve(name, ())

    def __len__(self) -> int:
        return len(self._terms)

    @property
    def terms(self) -> Mapping[str, Terms]:
        """The terms of each list."""
        return self._terms

    @property
    def faulty(self) -> frozenset[str]:
        """Lists of which something was left out, in themselves or in a list that they name."""
        return frozenset(self._faulty)

    def unknown(self, name: str) -> str:
        """Why there is no list of this name."""
        if self._source is None:
            return f"unknown list `{name}`: there is no {LISTS}"
        if self.file is None:
            return f"unknown list `{name}`: {LISTS} cannot be read"
        if name in self._broken:
            return f"list `{name}` cannot be used: it has faults in {LISTS}"
        return f"unknown list `{name}`{suggest_or_list(name, self._records) or f': add it to {LISTS}'}"

    def _read(self, source: Source) -> DeskFile | None:
        try:
            file = source.file()
        except DeskFileError as error:
            self.faults += [fault for fault in error.faults if isinstance(fault, Fault)]
            return None
        root, faults = file.check(ListsFile)
        self.faults += [*faults, *file.flaws_in()]
        if any(len(loc) < 2 or loc[0] != "lists" for loc, _ in file.flaws):
            return None
        for name in root.lists if root else ():
            record, faults = file.check(ListRecord, "lists", name)
            self.faults += faults
            if record and not file.flaws_in("lists", name):
                self._records[name] = record
            else:
                self._broken.add(name)
        return file

    def _resolve(self, name: str, within: tuple[str, ...]) -> Terms:
        if name in self._terms:
            return self._terms[name]
        record, faults = self._records[name], len(self.faults)
        loc = ("lists", name)
        within = (*within, name)
        excepts = [(*loc, "except", index) for index in range(len(record.except_))]
        cancelling = tuple(term for place in excepts for term in self._terms_at(place, within))
        found: dict[Term, tuple[Term, ...]] = {}
        for place in _places_of(loc, record):
            terms = self._terms_at(place, within)
            self._total += len(terms)
            if self._total > MAX_TERMS:
                self._fault(
                    place, f"over {MAX_TERMS} terms in all lists, those of lists within lists counted: left out"
                )
                break
            add_terms(found, terms, cancelling)
        if len(self.faults) > faults:
            self._faulty.add(name)
        self._terms[name] = found
        return found

    def _terms_at(self, loc: Loc, within: tuple[str, ...]) -> Terms:
        record, faults = self.file.check(TermRecord, *loc) if self.file else (None, [])
        self.faults += faults
        if record is None:
            return {}
        return {record.compiled(): ()} if record.list is None else self._inner(loc, record.list, within)

    def _inner(self, loc: Loc, name: str, within: tuple[str, ...]) -> Terms:
        if name in within:
            self._fault(loc, f"a circle of lists: {' > '.join([*within[within.index(name) :], name])}")
        elif len(within) >= MAX_DEPTH:
            self._fault(loc, f"lists within lists deeper than {MAX_DEPTH}")
        elif name not in self._records:
            self._fault(loc, self.unknown(name))
        else:
            terms = self._resolve(name, within)
            self._faulty |= set(within) if name in self._faulty else set()
            return terms
        return {}

    def _fault(self, loc: Loc, message: str) -> None:
        if self.file:
            self.faults.append(self.file.fault(loc, message))


def _places_of(loc: Loc, record: ListRecord) -> Iterator[Loc]:
    by_place = record.any if isinstance(record.any, dict) else {None: record.any}
    for language, terms in by_place.items():
        where = (*loc, "any") if language is None else (*loc, "any", language)
        for index in range(len(terms)):
            yield (*where, index)
