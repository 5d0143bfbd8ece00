"""Rules tried on the past: what they would have caught in stored texts, how often the desk would have been told, and
what another version of them would have caught instead."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import combinations

from pipelines.delivery.dispatch import Tell
from pipelines.delivery.excerpt import Quote, headline, quotes
from pipelines.model import Judgement, Match, Revision, Rule
from pipelines.rehearsal.archive import Archived
from pipelines.rehearsal.told import Book
from pipelines.rules.matcher import Matcher
from pipelines.rules.rule import CompiledRule
from pipelines.states import MatchId, Outcome, RuleId, RuleStatus, StoryId

TRIED = frozenset(RuleStatus) - {RuleStatus.RETIRED}
"""Drafts are tried too: that is what a backtest is for."""

MOST_A_DAY = 30
"""Alerts a day above which nobody reads them (rules.md warns from here on)."""
SAMPLES = 5
"""Articles shown of each kind: enough to see what a rule is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An article that a rule caught, with the words that made it so."""

    article_id: int
    title: Quote
    outlet: str
    link: str
    at: datetime
    clause: str
    quotes: tuple[Quote, ...]


@dataclass(slots=True)
class Caught:
    """Some articles of one rule: how many, and the first of them."""

    number: int = 0
    samples: list[Sample] = field(default_factory=list)
    most: int = SAMPLES
    """Articles kept."""

    def take(self, revision: Revision, judgement: Judgement, at: datetime) -> None:
        """One more."""
        self.number += 1
        if len(self.samples) < self.most:
            self.samples.append(_sample(revision, judgement, at))


@dataclass(slots=True, kw_only=True)
class Tried:
    """What one rule would have done."""

    rule: Rule
    matches: Caught = field(default_factory=Caught)
    gained: Caught = field(default_factory=Caught)
    """Of its matches, those that the other version would not have had."""
    lost: Caught = field(default_factory=Caught)
    """Matches that the other version alone would have had."""
    days: Counter[date] = field(default_factory=Counter)
    alerts: Counter[date] = field(default_factory=Counter)
    told: Caught = field(default_factory=Caught)
    """Of its matches, those of which the desk would have been told."""
    outlets: Counter[str] = field(default_factory=Counter)
    partial: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtested:
    """What all rules would have done with the texts of some days (UTC), in the order of the rules."""

    since: datetime
    until: datetime
    articles: int
    rules: tuple[Tried, ...]
    compared: bool
    """Whether there was another version to compare with."""
    together: Mapping[tuple[RuleId, RuleId], int]
    """How many articles both of two rules caught, where there was one."""
    gone: Mapping[RuleId, Caught]
    """Rules that the other version alone has, with what they would have caught."""

    @property
    def first(self) -> date:
        """The first day, perhaps not all of it."""
        return self.since.date()

    @property
    def last(self) -> date:
        """The last day."""
        return self.until.date()

    @property
    def days(self) -> tuple[date, ...]:
        """Every day, those without an article too."""
        return tuple(self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))

    def a_day(self, tried: Tried) -> float:
        """Alerts a day."""
        return tried.alerts.total() / ((self.until - self.since) / timedelta(days=1))


class Backtest:
    """Takes stored texts in the order they came; no text is kept beyond the samples."""

    def __init__(
        self,
        rules: Iterable[CompiledRule],
        against: Iterable[CompiledRule] | None,
        *,
        since: datetime,
        now: datetime,
        samples: int = SAMPLES,
    ) -> None:
        """`against` is another version of the rules, None where there is nothing to compare with."""
        tried = [rule for rule in rules if rule.rule.status in TRIED and rule.rule.volume is None]
        self._rules = {rule.rule_id: Tried(rule=rule.rule, matches=Caught(most=samples)) for rule in tried}
        self._matcher = Matcher(tried, statuses=TRIED)
        self._other = None if against is None else Matcher(against, statuses=TRIED)
        self._gone: defaultdict[RuleId, Caught] = defaultdict(Caught)
        self._book = Book(articles_return=False)
        self._events: defaultdict[StoryId, set[StoryId]] = defaultdict(set)
        self._since, self._now = since, now
        self._together: Counter[tuple[RuleId, RuleId]] = Counter()
        self._articles = 0

    def take(self, texts: Iterable[Archived]) -> None:
        """Judge these texts; what was published before the days that are asked for counts for nothing."""
        for archived in texts:
            if self._since <= archived.moment <= self._now:
                self._articles += 1
                self._judge(archived)

    def result(self) -> Backtested:
        """What came of it."""
        return Backtested(
            since=self._since,
            until=self._now,
            articles=self._articles,
            rules=tuple(self._rules.values()),
            compared=self._other is not None,
            together=self._together,
            gone=dict(sorted(self._gone.items())),
        )

    def _judge(self, archived: Archived) -> None:
        revision = archived.revision
        content, tags = revision.searched, revision.article.tags
        story = archived.story_id or StoryId(-revision.article.article_id)
        event = self._events[archived.event_id or story]
        event.add(story)
        found = {}
        for judgement in self._matcher.judge(content, tags):
            if judgement.outcome is Outcome.MATCH:
                found[judgement.rule.rule_id] = judgement
                self._match(archived, judgement, story, len(event))
            else:
                self._rules[judgement.rule.rule_id].partial += 1
        self._together.update(combinations(sorted(found), 2))
        if self._other:
            others = (one for one in self._other.judge(content, tags) if one.outcome is Outcome.MATCH)
            self._compare(archived, found, {one.rule.rule_id: one for one in others})

    def _match(self, archived: Archived, judgement: Judgement, story: StoryId, sources: int) -> None:
        tried, revision, at = self._rules[judgement.rule.rule_id], archived.revision, archived.moment
        tried.matches.take(revision, judgement, at)
        tried.days[at.date()] += 1
        tried.outlets[revision.article.outlet.title] += 1
        match = Match(
            match_id=MatchId(0),
            revision=replace(revision, article=replace(revision.article, backlog=False)),
            judgement=judgement._replace(rule=replace(judgement.rule, status=RuleStatus.LIVE)),
            story_id=story,
            matched_at=at,
        )
        if isinstance(self._book.decide(match, at, sources=sources), Tell):
            tried.alerts[at.date()] += 1
            tried.told.take(revision, judgement, at)

    def _compare(
        self, archived: Archived, found: Mapping[RuleId, Judgement], others: Mapping[RuleId, Judgement]
    ) -> None:
        revision, at = archived.revision, archived.moment
        for rule_id in found.keys() - others.keys():
            self._rules[rule_id].gained.take(revision, found[rule_id], at)
        for rule_id in others.keys() - found.keys():
            lost = self._rules[rule_id].lost if rule_id in self._rules else self._gone[rule_id]
            lost.take(revision, others[rule_id], at)


def _sample(revision: Revision, judgement: Judgement, at: datetime) -> Sample:
    article, content = revision.article, revision.content
    return Sample(
        article_id=article.article_id,
        title=headline(content, judgement.hits),
        outlet=article.outlet.title,
        link=article.link,
        at=at,
        clause=judgement.clause,
        quotes=quotes(content, judgement.hits),
    )
