"""Plays sequences of inline tests: what becomes of matches one after the other, decided as dispatch decides.

Only the book is kept otherwise: in memory instead of the store. A step's article is a new one, unless `source` and
`story` both name those of an earlier step: then it is that article's next version. Drafts and shadow rules are played
as if they were live.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipelines.alerts import Known, Silence
from pipelines.delivery import dispatch
from pipelines.desk_files.reading import Fault
from pipelines.model import Article, Content, Judgement, Match, Outlet, Revision, Rule
from pipelines.policy import Volume
from pipelines.rehearsal.told import Book
from pipelines.rules import volume as judging
from pipelines.rules.matcher import Matcher
from pipelines.rules.rule import CompiledRule, SequenceTest, Step
from pipelines.states import (
    ArticleId,
    MatchId,
    Outcome,
    OutletId,
    RevisionId,
    RuleId,
    RuleStatus,
    StoryId,
)
from pipelines.volumes import FeedHealth, Sighting

BEGIN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When every sequence begins: a Monday's morning."""

Played = dispatch.Decision | None
"""What became of a step; None where there was nothing to decide about."""


def play(rule: CompiledRule, rules: Mapping[RuleId, CompiledRule]) -> Iterator[Fault]:
    """The first step of each sequence of `rule` that fails; `rules` are those that a volume may count."""
    for test in rule.sequences:
        fault = _first_failure(rule, test, rules)
        if fault:
            yield fault


def _first_failure(rule: CompiledRule, test: SequenceTest, rules: Mapping[RuleId, CompiledRule]) -> Fault | None:
    volume = rule.rule.volume
    desk = _VolumeDesk(rule, volume, rules) if volume else _Desk(rule)
    for number, step in enumerate(test.steps):
        if step.silence is not None:
            desk.silence(step)
            continue
        problem = _problem(step, desk.take(step))
        if problem:
            name = f"test {test.name!r}" if test.name else "test"
            message = f"{name} fails {_clock(step.at)} after its beginning: {problem}"
            return rule.fault(message, "tests", test.number, "sequence", number, "expect")
    return None


def _problem(step: Step, played: Played) -> str | None:
    came = {dispatch.Tell: "alert", dispatch.Hold: "held"}.get(type(played), "none")
    names = _names(played)
    if came == step.expect and (step.reason is None or _plain(step.reason) in map(_plain, names)):
        return None
    wanted = f"{step.expect} ({step.reason})" if step.reason else step.expect
    if isinstance(played, dispatch.Tell):
        return f"expected {wanted}, not alert ({played.name}): {played.why}"
    if isinstance(played, dispatch.Hold):
        return f"expected {wanted}, not held ({played.name}): {played.reason}"
    return f"expected {wanted}, not none: there is nothing to tell"


def _names(played: Played) -> tuple[str, ...]:
    """The names by which a test may call the reason."""
    if isinstance(played, dispatch.Tell):
        return played.name, played.reason.value
    return (played.name, played.kind.value) if played else ()


def _plain(name: str) -> str:
    return "".join(name.split()).replace("_", "")


def _clock(at: timedelta) -> str:
    minutes = at.total_seconds() / 60
    return f"{minutes / 60:g} h" if minutes >= 60 and minutes % 60 == 0 else f"{minutes:g} min"


class _World:
    """What steps name: stories, events, articles and silences, with their numbers."""

    def __init__(self) -> None:
        self._stories: dict[str, StoryId] = {}
        self._articles: dict[tuple[str, str], Article] = {}
        self._events: dict[str, set[StoryId]] = {}
        self._seen = 0
        self.silences: list[Silence] = []

    def silence(self, step: Step) -> None:
        """A silence that begins with the step."""
        selector = dict(step.silence or {})
        if "story" in selector:
            selector["story"] = str(self._story(selector["story"]))
        until = BEGIN + (step.until or step.at)
        number = len(self.silences) + 1
        self.silences.append(
            Silence(
                silence_id=number, selector=selector, who="the test", why="", starts_at=BEGIN + step.at, until=until
            )
        )

    def revision(self, step: Step, content: Content) -> tuple[Revision, StoryId, int]:
        """The article of a step as it now reads, its story, and how many independent texts report its event."""
        self._seen += 1
        story = self._story(step.story or f"story of step {self._seen}")
        event = self._events.setdefault(step.event or f"event of story {story}", set())
        event.add(story)
        article = self._article(step)
        revision = Revision(
            revision_id=RevisionId(self._seen), article=article, content=content, extracted_at=BEGIN + step.at
        )
        return revision, story, len(event)

    def _story(self, name: str) -> StoryId:
        return self._stories.setdefault(name, StoryId(len(self._stories) + 1))

    def _article(self, step: Step) -> Article:
        source = step.source or f"source-{self._seen}.example"
        new = Article(
            article_id=ArticleId(self._seen),
            url=f"https://{source}/{self._seen}",
            link=f"https://{source}/{self._seen}",
            outlet=Outlet(outlet_id=OutletId(source), title=source),
            first_seen_at=BEGIN + step.at,
            tags=step.tags or frozenset(),
        )
        if step.source is None or step.story is None:
            return new
        return self._articles.setdefault((step.source, step.story), new)


class _Desk(_World):
    """The book of one rule that looks into articles."""

    def __init__(self, rule: CompiledRule) -> None:
        super().__init__()
        self._matcher = Matcher([rule], statuses=frozenset(RuleStatus))
        self._rule = _live(rule.rule)
        self._book = Book()

    def take(self, step: Step) -> Played:
        """What becomes of the step's article."""
        if step.content is None:
            return None
        now = BEGIN + step.at
        revision, story, sources = self.revision(step, step.content)
        judgement = _match_of(self._matcher.judge(step.content, step.tags))
        if judgement is None:
            return None
        match = Match(
            match_id=MatchId(revision.revision_id),
            revision=revision,
            judgement=judgement._replace(rule=self._rule),
            story_id=story,
            matched_at=now,
        )
        return self._book.decide(match, now, sources=sources, silences=self.silences)


class _VolumeDesk(_World):
    """The book of one volume rule, whose feeds are well and which was watched, in quiet, for long enough."""

    def __init__(self, rule: CompiledRule, volume: Volume, rules: Mapping[RuleId, CompiledRule]) -> None:
        super().__init__()
        self._rule = _live(rule.rule)
        self._volume = volume
        counted = [rules[name] for name in volume.of if name in rules]
        self._matcher = Matcher(counted, statuses=frozenset(RuleStatus))
        self._sightings: list[Sighting] = []
        self._last_end: datetime | None = None
        self._told: list[datetime] = []

    def take(self, step: Step) -> Played:
        """What the volume says once the step's article, if it has one, has come."""
        now = BEGIN + step.at
        if step.content is not None:
            self._see(step, step.content, now)
        feed = FeedHealth(language=None, tags=frozenset(), every=timedelta(hours=1), failures=0, succeeded_at=now)
        since = judging.looks_back_to(self._volume, BEGIN)
        count = judging.judge(self._volume, self._sightings, [feed], watched_since=since, now=now)
        found = judging.finding(self._rule, self._volume, count, self._last_end, now)
        if found is None:
            return None
        self._last_end = now
        known = Known(recent=tuple(self._told), silences=tuple(self.silences))
        decision = dispatch.decide_finding(found, known, now)
        self._told += [now] if isinstance(decision, dispatch.Tell) else []
        return decision

    def _see(self, step: Step, content: Content, now: datetime) -> None:
        revision, story, _ = self.revision(step, content)
        if _match_of(self._matcher.judge(content, step.tags)):
            article = revision.article
            self._sightings.append(
                Sighting(at=now, article_id=article.article_id, story_id=story, outlet_id=article.outlet.outlet_id)
            )


def _live(rule: Rule) -> Rule:
    return replace(rule, status=RuleStatus.LIVE)


def _match_of(judgements: Sequence[Judgement]) -> Judgement | None:
    return next((one for one in judgements if one.outcome is Outcome.MATCH), None)
