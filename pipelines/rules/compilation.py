"""From a rule's record to a rule that can run: groups, clauses, version, tests."""

import hashlib
import json
import textwrap
from collections.abc import Mapping

from pipelines.desk_files.reading import DeskFile, Fault
from pipelines.model import Rule
from pipelines.policy import Volume
from pipelines.rules import life
from pipelines.rules.clauses import Clause, GroupHits, Or
from pipelines.rules.expression import NAME, RESERVED, parse
from pipelines.rules.life_schema import ArticleRecord
from pipelines.rules.lists import Lists
from pipelines.rules.remains import unknown_hits
from pipelines.rules.rule import ArticleTest, CompiledRule, Group, Scope, Term, Terms
from pipelines.rules.schema import GroupRecord, RuleRecord, RuleTestRecord, TermRecord
from pipelines.rules.terms import add_terms
from pipelines.states import Outcome, RuleId, RuleVersion, TextSource

Loc = tuple[str | int, ...]


def compile_rule(file: DeskFile, loc: Loc, record: RuleRecord, lists: Lists) -> tuple[CompiledRule | None, list[Fault]]:
    """The rule at `loc`, or None with every fault found in it."""
    compilation = _Compilation(file, loc, record, lists)
    rule = compilation.rule()
    return (None, compilation.faults) if compilation.faults else (rule, [])


class _Compilation:
    """One rule on its way; faults gather as it goes."""

    def __init__(self, file: DeskFile, loc: Loc, record: RuleRecord, lists: Lists) -> None:
        self._file = file
        self._loc = loc
        self._record = record
        self._lists = lists
        self._used: set[str] = set()
        self.faults: list[Fault] = []

    def rule(self) -> CompiledRule | None:
        record = self._record
        groups = {} if record.volume else self._groups()
        when, unless = (Or("volume", ()), None) if record.volume else self._conditions(groups)
        tests = tuple(_test(index, test) for index, test in enumerate(record.tests) if test.article)
        story, wrong = life.story_life(self._file, self._loc, record, groups)
        self.faults += unknown_hits(self._file, (*self._loc, "tests"), groups)
        self.faults += [*wrong, *life.misplaced(self._file, self._loc, record)]
        if when is None or self.faults:
            return None
        scope = Scope(record.scope.languages, record.scope.feed_tags, record.scope.not_feed_tags)
        rule = Rule(
            rule_id=RuleId(record.id),
            version=_version(scope, groups, when, unless, life.volume(record)),
            title=record.title or record.id,
            status=record.status,
            severity=record.severity,
            owner=record.owner,
            labels=dict(record.labels),
            max_age=record.scope.max_age,
            story=story,
            limit=life.limit(record),
            volume=life.volume(record),
            file=str(self._file.path),
            source=self._source(),
        )
        sequences = life.sequences(record)
        return CompiledRule(
            rule,
            scope,
            groups,
            when,
            unless,
            tests,
            sequences,
            self._file,
            self._loc,
            lists=frozenset(self._used),
            was=RuleId(record.was) if record.was else None,
            backfill=record.backfill,
        )

    def _groups(self) -> dict[str, Group]:
        if self._record.terms is None:
            short = {name: getattr(self._record, name) for name in ("any", "and_any", "unless_any")}
            return {name: Group(name, self._terms((*self._loc, name), terms)) for name, terms in short.items() if terms}
        groups = {}
        for name, group in self._record.terms.items():
            loc = (*self._loc, "terms", name)
            if not NAME.fullmatch(name) or name.lower() in RESERVED:
                why = (
                    "is a word of the language"
                    if name.lower() in RESERVED
                    else "has other than letters, digits, - or _"
                )
                self.faults.append(self._file.fault(loc, f"no name for a group: `{name}` {why}", key=True))
            groups[name] = self._group(loc, name, group)
        return groups

    def _group(self, loc: Loc, name: str, group: GroupRecord) -> Group:
        return Group(
            name,
            self._terms((*loc, "any"), group.any, group),
            tuple(self._terms((*loc, "except"), group.except_, group)),
            group.in_,
            group.weight,
        )

    def _terms(self, loc: Loc, records: tuple[TermRecord, ...], group: GroupRecord | None = None) -> Terms:
        case, accents = (group.case, group.accents) if group else (None, None)
        found: dict[Term, tuple[Term, ...]] = {}
        for index, record in enumerate(records):
            if record.list is not None:
                self._used.add(record.list)
                if record.list not in self._lists.terms:
                    self._fault((*loc, index), self._lists.unknown(record.list))
                add_terms(found, self._lists.terms.get(record.list, {}))
            else:
                add_terms(found, {record.compiled(case=case, accents=accents): ()})
        if loc[-1] != "except" and found and all(term.pattern is not None for term in found):
            self._fault(loc, "a group needs a term beside its patterns: add the words that matter most as terms")
        return found

    def _conditions(self, groups: Mapping[str, Group]) -> tuple[Clause | None, Clause | None]:
        record = self._record
        if record.terms is None:
            when = "any and and_any" if record.and_any else "any"
            if record.within_words is not None:
                when = f"near(any, and_any, words={record.within_words})"
            return self._clause("any", when, groups), self._clause("unless_any", "unless_any", groups)
        clause = self._clause("when", record.when, groups)
        nothing = {name: GroupHits((), group.weight, frozenset(), leads=False) for name, group in groups.items()}
        if clause and clause.truth(nothing):
            self._fault(
                (*self._loc, "when"),
                "`when` is true of an article in which no group hits: it would match everything; join it by `and` with "
                "a group that must be there",
            )
        return clause, self._clause("unless", record.unless, groups)

    def _clause(self, key: str, text: str | None, groups: Mapping[str, Group]) -> Clause | None:
        if text is None or (self._record.terms is None and key not in groups):
            return None
        clause, wrong = parse(text, {name: group.weight for name, group in groups.items()})
        loc = (*self._loc, key)
        self.faults += [Fault(self._file.path, *self._file.place_in(loc, at), message) for at, message in wrong]
        return clause

    def _source(self) -> str:
        """The rule as its author wrote it, from its first key to its end."""
        start = self._file.values[self._loc]
        return textwrap.dedent(" " * (start.column - 1) + self._file.text[start.index : start.end].rstrip())

    def _fault(self, loc: Loc, message: str) -> None:
        self.faults.append(self._file.fault(loc, message))


def _test(number: int, test: RuleTestRecord) -> ArticleTest:
    article, expect = test.article, test.expect or Outcome.MATCH
    source = TextSource.HEADLINE if expect is Outcome.PARTIAL else TextSource.PAGE
    content = life.content_of(article or ArticleRecord(), source)
    return ArticleTest(number, test.name, content, article.tags if article else None, expect, test.hits)


def _version(
    scope: Scope, groups: Mapping[str, Group], when: Clause, unless: Clause | None, volume: Volume | None
) -> RuleVersion:
    """Digest of what decides a match; the order in which groups and terms are written does not."""
    deciding = [
        [sorted(gate) for gate in (scope.languages, scope.feed_tags, scope.not_feed_tags)],
        [
            [name, sorted(group.fields), group.weight, _keys(group.terms), _keys(dict.fromkeys(group.excepts, ()))]
            for name, group in sorted(groups.items())
        ],
        when.text,
        unless.text if unless else None,
        *([repr(volume)] if volume else []),
    ]
    return RuleVersion(hashlib.sha256(json.dumps(deciding).encode()).hexdigest())


def _keys(terms: Terms) -> list[str]:
    return sorted(json.dumps([term.key, sorted(one.key for one in excepts)]) for term, excepts in terms.items())
