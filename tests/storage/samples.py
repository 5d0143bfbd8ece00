"""Invented records, and the shortest way to each stage of the store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipelines.alert_store import NewAlert
from pipelines.alerts import NewDelivery
from pipelines.model import (
    Article,
    Content,
    Feed,
    FeedEntry,
    Hit,
    Judgement,
    Match,
    Outlet,
    Published,
    Revision,
    Rule,
)
from pipelines.polls import Arrivals, FeedState, Poll
from pipelines.states import (
    AlertId,
    AlertReason,
    ArticleId,
    FeedId,
    Field,
    MatchId,
    Outcome,
    OutletId,
    ReceiverId,
    RevisionId,
    RuleId,
    RuleVersion,
    StoryId,
    TextSource,
)
from storage.store import SqlStore

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)
MAIL, CHAT = ReceiverId("mail"), ReceiverId("chat")


def outlet(name: str = "tufa") -> Outlet:
    """An outlet with a tag of its own."""
    return Outlet(outlet_id=OutletId(name), title=name.title(), country="AM", tags=frozenset({f"{name}-outlet"}))


def feed(name: str = "tufa", *, whose: Outlet | None = None, tags: Sequence[str] = ()) -> Feed:
    """A feed of the outlet of the same name."""
    return Feed(
        feed_id=FeedId(name),
        url=f"https://{name}.example/rss",
        outlet=whose or outlet(name),
        language="hy",
        tags=frozenset(tags),
    )


def entry(name: str = "quake", *, site: str = "tufa", title: str | None = None, summary: str = "") -> FeedEntry:
    """A feed entry with URL, guid and an offset of its own."""
    return FeedEntry(
        title=title or f"The {name}",
        url=f"https://{site}.example/{name}",
        link=f"https://{site}.example/{name}?from=rss",
        guid=f"{site}:{name}",
        summary=summary,
        published=Published(moment=datetime.fromisoformat("2026-11-22T15:30:00+04:00")),
        authors=("Ani", "Davit"),
    )


def state(now: datetime = NOW) -> FeedState:
    """A feed's state after a good poll at `now`."""
    return FeedState(
        due_at=now + 15 * MINUTE,
        etag='"e"',
        last_modified="Sun, 22 Nov 2026 12:00:00 GMT",
        body_hash="b",
        polled_at=now,
        succeeded_at=now,
        first_polled_at=NOW,
    )


def poll(
    store: SqlStore,
    *entries: FeedEntry,
    of: Feed | None = None,
    now: datetime = NOW,
    backlog_before: datetime | None = None,
    late_before: datetime | None = None,
) -> Arrivals:
    """Record a poll of `of`, which is added to the stored feeds first."""
    of = of or feed()
    stored = [polled.feed for polled in store.feeds.due_feeds(now, everything=True)]
    store.feeds.sync_feeds([*(one for one in stored if one.feed_id != of.feed_id), of], now)
    polled = Poll(feed=of, state=state(now), entries=entries, backlog_before=backlog_before, late_before=late_before)
    (arrived,) = store.feeds.record_polls([polled], now)
    return arrived


def content(title: str = "The quake", body: str = "The ground shook.\nNobody was hurt.") -> Content:
    """A page's text."""
    return Content(
        title=title,
        lead="Shaken.",
        body=body,
        language="en",
        published=Published(moment=datetime.fromisoformat("2026-11-22T15:30:00+04:00")),
        authors=("Ani",),
        text_source=TextSource.PAGE,
    )


def extract(store: SqlStore, *, now: datetime = NOW) -> None:
    """Give every due article a page's text with its entry's title."""
    for page in store.articles.pages_due(now, 1_000):
        store.articles.save_text(page, content(page.entry.title), now, try_again_at=None)


def group(store: SqlStore, story_id: StoryId | None = None, *, now: datetime = NOW) -> list[StoryId]:
    """Put every ungrouped article into a story: into the one given, else into one of its own."""
    with store.stories.grouping(now) as grouping:
        return [
            grouping.join(
                revision.article.article_id,
                story_id,
                similarity=0.9 if story_id else 1.0,
                reason="same opening" if story_id else "first",
                hashes=[1, -(2**63), 2**63 - 1],
            )
            for revision in grouping.ungrouped(1_000)
        ]


def rule(name: str = "quakes", version: str = "v1", **facts: object) -> Rule:
    """A rule; `facts` are further fields of it."""
    return Rule(
        rule_id=RuleId(name),
        version=RuleVersion(version),
        title="Earthquakes",
        labels={"desk": "science"},
        **facts,  # type: ignore[arg-type]  # a test names only fields of Rule
    )


def judgement(of: Rule | None = None, outcome: Outcome = Outcome.MATCH) -> Judgement:
    """A rule's answer with one hit."""
    hit = Hit(group="shaking", field=Field.BODY, start=11, end=16, text="shook")
    return Judgement(rule=of or rule(), outcome=outcome, hits=(hit,), clause="shaking")


def match(store: SqlStore, of: Rule | None = None, *, now: datetime = NOW) -> list[Revision]:
    """Let a rule match every unmatched revision."""
    store.matches.sync_rules([of or rule()], now)
    revisions = list(store.matches.unmatched(1_000))
    store.matches.save_matches(
        [revision.revision_id for revision in revisions],
        [(revision.revision_id, judgement(of)) for revision in revisions],
        now,
    )
    return revisions


def matched(store: SqlStore, *names: str, now: datetime = NOW) -> None:
    """Bring an entry for each of `names` as far as a match, each in a story of its own."""
    poll(store, *(entry(name) for name in names or ("quake",)), now=now)
    extract(store, now=now)
    group(store, now=now)
    match(store, now=now)


def alert(store: SqlStore, *receivers: ReceiverId, now: datetime = NOW) -> list[AlertId]:
    """Make an alert of every undecided match."""
    with store.alerts.dispatching(now) as dispatch:
        return [dispatch.save_alert(new_alert(one, *receivers, now=now)) for one in dispatch.undecided(1_000)]


def a_match(of: Rule, like: Match | None = None) -> Match:
    """A match of a rule with the first article, or with that of another match."""
    if like is not None:
        return replace(like, judgement=judgement(of))
    article = Article(article_id=ArticleId(1), url="u", link="u", outlet=outlet(), first_seen_at=NOW)
    revision = Revision(revision_id=RevisionId(1), article=article, content=content(), extracted_at=NOW)
    return Match(
        match_id=MatchId(99), revision=revision, judgement=judgement(of), story_id=StoryId(1), matched_at=LATER
    )


def new_alert(of: Match, *receivers: ReceiverId, now: datetime = NOW, bundle: str = "") -> NewAlert:
    """The alert of a match about its story, each sent alone unless in a bundle."""
    return NewAlert(
        match_id=of.match_id,
        rule=of.judgement.rule,
        subject=f"story:{of.story_id}",
        reason=AlertReason.FIRST,
        deliveries=tuple(
            NewDelivery(receiver=receiver, bundle=bundle or f"match:{of.match_id}", due_at=now)
            for receiver in dict.fromkeys(receivers or (MAIL, CHAT))
        ),
    )
