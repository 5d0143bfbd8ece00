"""Why a rule did or did not match an article: what decided, what was found where, what was nearest; pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pipelines.model import Content, Rule
from pipelines.rules.clauses import Clause, Found, GroupHits
from pipelines.rules.document import FIELDS, Document
from pipelines.rules.hits import Reading
from pipelines.rules.matcher import Matcher
from pipelines.rules.rule import CompiledRule, Group, Term
from pipelines.rules.search import TermIndex
from pipelines.rules.shortfall import Article, Short, short, ways
from pipelines.rules.wiring import Wiring
from pipelines.states import Field, Outcome, PassageKind, RuleStatus

AROUND = 90
"""Characters of its sentence shown on each side of a hit: a line and a half of a terminal."""
UNDECIDED = "more text may decide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A hit in its sentence."""

    term: str
    """As the author wrote it."""
    field: Field
    before: str
    text: str
    after: str
    left_out: str = ""
    """Why it does not count; empty for a hit that does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupShown:
    """What one group found."""

    name: str
    weight: int
    hits: tuple[Shown, ...]
    left_out: tuple[Shown, ...]
    nearest: str
    """Where it has no hit, the word of the article that comes nearest to one; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One rule's answer about one article, with everything behind it."""

    outcome: Outcome
    clause: str
    """What decided, as the match would tell it; empty on a miss."""
    ways: tuple[Clause, ...]
    """Of a match, every alternative of `when` that holds: without all of these it would be none."""
    shorts: tuple[Short, ...]
    """Of a miss, what stands in the way in `when` and `unless`: with these otherwise it would be a match."""
    gates: tuple[str, ...]
    """Of a miss, why the rule does not look at the article at all."""
    groups: tuple[GroupShown, ...]

    @property
    def distance(self) -> float:
        """How far a miss is from a match: the parts in the way, then how far the nearest way to turn them is."""
        return len(self.gates) + len(self.shorts) + sum(one.distance for one in self.shorts) / 100


class Explainer:
    """Explains one rule; the rule is wired once for any number of articles. Drafts and retired rules speak too."""

    def __init__(self, rule: CompiledRule) -> None:
        self._rule = rule
        self._matcher = Matcher([rule], statuses=frozenset(RuleStatus))
        self._true = GroupReader(rule.groups)
        self._bare = GroupReader({name: _bare(group) for name, group in rule.groups.items()})
        self._cancelling = GroupReader({name: _exceptions(group) for name, group in rule.groups.items()})

    def explain(self, content: Content, tags: frozenset[str] | None) -> Explanation:
        """The rule's answer; `tags` is None where the article's tags are not known."""
        judgements = self._matcher.judge(content, tags)
        outcome = judgements[0].outcome if judgements else Outcome.NO_MATCH
        article = self.article(content)
        matched = outcome is Outcome.MATCH
        return Explanation(
            outcome=outcome,
            clause=judgements[0].clause if judgements else "",
            ways=ways(self._rule.when, article.hits) if matched else (),
            shorts=() if matched else self.shorts(article),
            gates=() if matched else tuple(self._rule.scope.refusals(content.language, tags)),
            groups=tuple(self._groups(article, content)),
        )

    def article(self, content: Content) -> Article:
        """What the rule's groups find in an article."""
        return self._true.read(content)

    def shorts(self, article: Article) -> tuple[Short, ...]:
        """What must change for `when` to hold and `unless` not to."""
        unless = self._rule.unless
        return (
            *short(self._rule.when, article, want=True),
            *(short(unless, article, want=False) if unless else ()),
        )

    def forms(self, content: Content) -> Iterator[tuple[str, str, str]]:
        """Every hit that counts: its group, its term as written, and its words on one line."""
        for name, hits in self.article(content).hits.items():
            for one in hits.found:
                words = one.document.words[one.field]
                text = words.text[words.starts[one.first] : words.ends[one.last]]
                yield name, self._true.written(one), " ".join(text.split())

    def _groups(self, article: Article, content: Content) -> Iterator[GroupShown]:
        bare = self._bare.read(replace(content, passages=()))
        cancelling = self._cancelling.read(content).hits
        for name, group in self._rule.groups.items():
            found = article.hits[name].found
            yield GroupShown(
                name=name,
                weight=group.weight,
                hits=tuple(_shown(one, self._true.written(one)) for one in found),
                left_out=tuple(self._left_out(name, bare.hits[name].found, found, cancelling[name], content)),
                nearest="" if found else article.nearest(group)[1],
            )

    def _left_out(
        self, name: str, bare: Iterable[Found], found: Iterable[Found], cancelling: GroupHits, content: Content
    ) -> Iterator[Shown]:
        counted = {one[:3] for one in found}
        for one in bare:
            if one[:3] not in counted and (why := self._why(name, one, cancelling, content)):
                yield replace(_shown(one, self._bare.written(one)), left_out=why)

    def _why(self, name: str, found: Found, cancelling: GroupHits, content: Content) -> str:
        """Why a hit does not count; empty where it is only another view of one that does."""
        group, field = self._rule.groups[name], FIELDS[found.field]
        if field not in group.fields:
            return "" if Field.BODY in group.fields and field is Field.LEAD else f"the group looks at {_named(group)}"
        if field is Field.BODY and _in_appeal(found, content):
            return "in an appeal that the outlet repeats"
        for other in cancelling.found:
            if other.field == found.field and other.first <= found.first and found.last <= other.last:
                return f"cancelled by `{self._cancelling.written(other)}`"
        return ""


def reasons(rule: Rule, explanation: Explanation) -> Iterator[str]:
    """Why it is so, a line each."""
    if explanation.outcome is Outcome.MATCH:
        yield f"because {explanation.clause}"
        for way in explanation.ways[1:]:
            yield f"also by {way.text}"
    else:
        yield from explanation.gates
        for one in explanation.shorts:
            yield one.what if one.clause.text in one.what else f"{one.what}: {one.clause.text}"
    if any(group.weight for group in explanation.groups):
        yield _score(explanation)
    if rule.status is not RuleStatus.LIVE:
        yield f"its status is {rule.status}: it tells nobody"


def _score(explanation: Explanation) -> str:
    hit = [group for group in explanation.groups if group.hits and group.weight]
    counted = " ".join(f"{group.name} {group.weight:+d}" for group in hit)
    return f"score {sum(group.weight for group in hit)}" + (f" = {counted}" if counted else "")


class GroupReader:
    """Groups, ready to be looked for in any number of articles."""

    def __init__(self, groups: Mapping[str, Group]) -> None:
        self._groups = groups
        self._index = TermIndex(term for group in groups.values() for term in _terms(group))
        wiring = Wiring(self._index)
        self._wired = {name: wiring.wired(group) for name, group in groups.items()}

    def read(self, content: Content) -> Article:
        """What each group finds."""
        document = Document(content, whole=True)
        reading = Reading(self._index, self._index.scan(document))
        hits = {name: reading.hits(wired) for name, wired in self._wired.items()}
        return Article(hits=hits, groups=self._groups, document=document)

    def term(self, found: Found) -> Term:
        """The term that hit."""
        return self._index.terms[found.term]

    def written(self, found: Found) -> str:
        """The term that hit, as its author wrote it."""
        return as_written(self.term(found))


def as_written(term: Term) -> str:
    """A term as its author wrote it."""
    return term.written or term.pattern or " ".join(word.folded for word in term.words)


def _terms(group: Group) -> Iterator[Term]:
    for terms in (group.terms, group.excepts, *group.terms.values()):
        yield from terms


def _bare(group: Group) -> Group:
    """The group without exceptions, looking everywhere."""
    return replace(group, terms=dict.fromkeys(group.terms, ()), excepts=(), fields=frozenset(Field))


def _exceptions(group: Group) -> Group:
    """The group's exceptions as a group."""
    excepts = dict.fromkeys((*group.excepts, *(one for some in group.terms.values() for one in some)), ())
    return replace(group, terms=excepts, excepts=(), fields=frozenset(Field))


def _named(group: Group) -> str:
    return ", ".join(sorted(group.fields)) + " only"


def _in_appeal(found: Found, content: Content) -> bool:
    words = found.document.words[found.field]
    start = words.starts[found.first]
    return any(one.kind is PassageKind.APPEAL and one.start <= start < one.end for one in content.passages)


def _shown(found: Found, term: str) -> Shown:
    words = found.document.words[found.field]
    left = right = found.first
    numbers = words.sentences
    while left and numbers[left - 1] == found.sentence:
        left -= 1
    while right + 1 < len(words) and numbers[right + 1] == found.sentence:
        right += 1
    start, end = words.starts[found.first], words.ends[found.last]
    before, after = words.text[words.starts[left] : start], words.text[end : words.ends[max(right, found.last)]]
    return Shown(
        term=term,
        field=FIELDS[found.field],
        before=before if len(before) <= AROUND else f"…{before[-AROUND:].partition(' ')[2]}",
        text=words.text[start:end],
        after=after if len(after) <= AROUND else f"{after[:AROUND].rpartition(' ')[0]}…",
    )
