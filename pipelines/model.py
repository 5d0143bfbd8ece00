"""The records that flow from a feed to a match; those of what the desk is told are in `alerts`.

One type per stage, each holding the one before it instead of repeating its fields:
Feed -> FeedEntry -> Article -> Revision -> Match -> Alert -> Delivery. All datetimes are aware UTC
except `Published.moment`, which keeps the offset its source gave. Imports the standard library only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, Self

from pipelines.about import NOTHING_KNOWN, About
from pipelines.feed_options import PLAIN, FeedOptions
from pipelines.passages import Passage, without
from pipelines.policy import Limit, StoryLife, Volume
from pipelines.states import (
    ArticleId,
    FeedId,
    Field,
    MatchId,
    Outcome,
    OutletId,
    PassageKind,
    Precision,
    RevisionId,
    RuleId,
    RuleStatus,
    RuleVersion,
    Severity,
    SourceKind,
    StoryId,
    TextSource,
    digest,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """When a source says something appeared: with the source's own offset; midnight UTC where it gave only a day."""

    moment: datetime
    precision: Precision = Precision.TIME

    @property
    def utc(self) -> datetime:
        """The moment in UTC, for sorting."""
        return self.moment.astimezone(UTC)

    def __str__(self) -> str:
        """ISO 8601: a bare date where only the day is known."""
        return self.moment.date().isoformat() if self.precision is Precision.DAY else self.moment.isoformat()

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `str` gave, or other ISO 8601; a time without an offset is UTC. Raises ValueError for all else."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            moment = datetime.fromisoformat(text)
        else:
            return cls(moment=datetime(day.year, day.month, day.day, tzinfo=UTC), precision=Precision.DAY)
        found = cls(moment=moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        try:
            _ = found.utc
        except OverflowError as error:
            raise ValueError(f"out of range in UTC: {text}") from error
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """Whose text it is: several feeds of one outlet are one carrier."""

    outlet_id: OutletId
    title: str
    country: str | None = None
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One line of feeds.yaml; `outlet` is None where the article's registrable domain decides."""

    feed_id: FeedId
    url: str
    outlet: Outlet | None = None
    kind: SourceKind = SourceKind.AUTO
    language: str | None = None
    every: timedelta = timedelta(minutes=15)
    tags: frozenset[str] = frozenset()
    backfill: timedelta = timedelta(0)
    """Entries older than the first poll by no more than this may still raise alerts."""
    options: FeedOptions = PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One item as a feed gave it, cleaned to plain text; `url` is canonical, `link` is what to fetch."""

    title: str
    url: str | None = None
    link: str | None = None
    guid: str | None = None
    """None where the feed gives none, or gives one guid to two links."""
    summary: str = ""
    body: str = ""
    """The feed's own full text, where it carries one."""
    published: Published | None = None
    authors: tuple[str, ...] = ()

    @property
    def content_hash(self) -> str:
        """Changes when the feed's words for this entry change."""
        return digest(self.title, self.summary, self.body)

    @property
    def entry_id(self) -> str:
        """The entry's stable name within its feed."""
        return self.url or self.guid or self.content_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The words of one version of an article, as plain text; paragraphs are separated by a line break."""

    title: str
    lead: str = ""
    """The feed's summary, else empty: then the first paragraph of the body serves as the lead."""
    body: str = ""
    language: str | None = None
    published: Published | None = None
    authors: tuple[str, ...] = ()
    text_source: TextSource = TextSource.PAGE
    passages: tuple[Passage, ...] = ()
    """Marked parts of the body, in reading order; a part may be marked twice."""
    about: About = NOTHING_KNOWN
    extractor: str = ""
    """The version of the extractor that read it; empty where nobody knows. Only texts of one version are compared."""

    @property
    def searched_body(self) -> str:
        """The body as rules search it, every character in its place: without the outlet's appeals."""
        return without(self.body, self.passages, PassageKind.APPEAL)

    @property
    def complete(self) -> bool:
        """Whether the full text is there."""
        return self.text_source is TextSource.PAGE

    @property
    def text_hash(self) -> str:
        """Changes when title, lead or body change, white space apart: whatever a rule may match on."""
        return digest(self.title, self.lead, self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One canonical URL, whatever feeds carried it."""

    article_id: ArticleId
    url: str
    """Canonical URL; `urn:wirewatch:...` for an entry without a link."""
    link: str
    """The address to fetch and to show."""
    outlet: Outlet
    first_seen_at: datetime
    tags: frozenset[str] = frozenset()
    """Union of the tags of its feeds and its outlet."""
    backlog: bool = False
    """True when every feed had it already before it was watched: it raises no alert."""
    late: bool = False
    """Found after a time in which its feed was not read: published long before we could know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An article whose text is due to be extracted, with what its feed said of it."""

    article: Article
    entry: FeedEntry
    language: str | None
    attempts: int
    """Earlier tries to get this text."""
    options: FeedOptions = PLAIN
    """Those of the feed whose words `entry` are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One version of an article's text; key (article_id, text hash)."""

    revision_id: RevisionId
    article: Article
    content: Content
    extracted_at: datetime

    @property
    def searched(self) -> Content:
        """The text as rules look at it: with its address, outlet and tags beside the words."""
        article = self.article
        about = About(url=article.link or article.url, source=article.outlet.title, tags=article.tags)
        return replace(self.content, about=about)

    @property
    def published_at(self) -> datetime:
        """UTC publication time, else when the article was first seen."""
        published = self.content.published
        return published.utc if published else self.article.first_seen_at


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMember:
    """An article in its story; the story's first member has similarity 1.0."""

    article_id: ArticleId
    story_id: StoryId
    similarity: float
    """0 to 1, to the member it was compared with."""
    reason: str
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as the desk knows it, without the machinery that matches it; key (rule_id, version)."""

    rule_id: RuleId
    version: RuleVersion
    """Digest of everything that decides a match, lists included."""
    title: str
    status: RuleStatus = RuleStatus.LIVE
    severity: Severity = Severity.NORMAL
    owner: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    max_age: timedelta = timedelta(hours=48)
    story: StoryLife = field(default_factory=StoryLife)
    limit: Limit = field(default_factory=Limit)
    volume: Volume | None = None
    file: str = ""
    source: str = ""
    """The rule's own YAML, kept so that a last good version can be shown."""


class Hit(NamedTuple):
    """A term found: `text` is the original's characters [start, end) of that field.

    No dataclass, for a busy desk's rules make hundreds of an article: as a tuple each costs a third.
    """

    group: str
    field: Field
    start: int
    end: int
    text: str


class Judgement(NamedTuple):
    """One rule's answer about one article, with its evidence in reading order; a tuple, as its hits are."""

    rule: Rule
    outcome: Outcome
    hits: tuple[Hit, ...] = ()
    clause: str = ""
    """The part of `when` that decided, as the author wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A stored judgement; key (rule_id, rule version, article_id, text hash)."""

    match_id: MatchId
    revision: Revision
    judgement: Judgement
    story_id: StoryId
    matched_at: datetime
