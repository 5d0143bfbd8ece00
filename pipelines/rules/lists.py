"""The shared lists of lists.yaml, lists within lists resolved."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.desk_files import DeskFile, Fault, read, suggest
from pipelines.errors import DeskFileError
from pipelines.rules.rule import Term
from pipelines.rules.schema import ListRecord, ListsFile, TermRecord
from pipelines.rules.terms import BadTerm, compile_term, with_excepts

MAX_DEPTH = 32
MAX_TERMS = 20_000
"""In one list: lists that name each other twice, with exceptions, double at every step."""

Loc = tuple[str | int, ...]


class Lists:
    """The lists of one file. A bad term is left out of its list and named in `faults`; the others stay."""

    def __init__(self, path: Path | None) -> None:
        self.faults: list[Fault] = []
        self.path = path
        self._records: dict[str, ListRecord] = {}
        self._terms: dict[str, tuple[Term, ...]] = {}
        self.file = self._read(path) if path else None
        for name in self._records:
            self._resolve(name, ())

    def __len__(self) -> int:
        return len(self._terms)

    @property
    def terms(self) -> Mapping[str, tuple[Term, ...]]:
        """The terms of each list."""
        return self._terms

    def unknown(self, name: str) -> str:
        """Why there is no list of this name."""
        if self.path is None:
            return f"unknown list `{name}`: there is no lists.yaml"
        if self.file is None:
            return f"unknown list `{name}`: {self.path.name} cannot be read"
        return f"unknown list `{name}`{suggest(name, self._records)}"

    def _read(self, path: Path) -> DeskFile | None:
        try:
            file = read(path)
        except DeskFileError as error:
            self.faults += [fault for fault in error.faults if isinstance(fault, Fault)]
            return None
        root, faults = file.check(ListsFile)
        self.faults += faults
        for name in root.lists if root else ():
            record, faults = file.check(ListRecord, "lists", name)
            self.faults += faults
            if record:
                self._records[name] = record
        return file

    def _resolve(self, name: str, within: tuple[str, ...]) -> tuple[Term, ...]:
        if name in self._terms:
            return self._terms[name]
        record = self._records[name]
        loc = ("lists", name)
        excepts = tuple(self._plain((*loc, "except", index), term) for index, term in enumerate(record.except_))
        cancelling = tuple(term for terms in excepts for term in terms)
        found: dict[Term, None] = {}
        for term_loc, term in _terms_of(loc, record):
            if term.list is None:
                terms = self._plain(term_loc, term)
            else:
                terms = self._inner(term_loc, term.list, (*within, name))
            found.update(dict.fromkeys(with_excepts(one, cancelling) for one in terms))
            if len(found) > MAX_TERMS:
                self._fault(loc, f"over {MAX_TERMS} terms, those of its lists counted: the rest is left out")
                break
        self._terms[name] = tuple(found)[:MAX_TERMS]
        return self._terms[name]

    def _inner(self, loc: Loc, name: str, within: tuple[str, ...]) -> tuple[Term, ...]:
        if name in within:
            self._fault(loc, f"a circle of lists: {' > '.join([*within[within.index(name) :], name])}")
        elif len(within) >= MAX_DEPTH:
            self._fault(loc, f"lists within lists deeper than {MAX_DEPTH}")
        elif name not in self._records:
            self._fault(loc, self.unknown(name))
        else:
            return self._resolve(name, within)
        return ()

    def _plain(self, loc: Loc, record: TermRecord) -> tuple[Term, ...]:
        try:
            if record.list is not None:
                raise BadTerm("a list cannot be an exception: write its phrases here")
            return (compile_term(record),)
        except BadTerm as error:
            self._fault(loc, str(error))
            return ()

    def _fault(self, loc: Loc, message: str) -> None:
        if self.file:
            self.faults.append(self.file.fault(loc, message))


def _terms_of(loc: Loc, record: ListRecord) -> Iterator[tuple[Loc, TermRecord]]:
    by_place = record.any if isinstance(record.any, dict) else {None: record.any}
    for language, terms in by_place.items():
        where = (*loc, "any") if language is None else (*loc, "any", language)
        for index, term in enumerate(terms):
            yield (*where, index), term
