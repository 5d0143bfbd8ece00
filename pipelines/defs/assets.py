"""The assets: each is one step, told to the operator; no decision is made here."""

from datetime import timedelta
from functools import partial

from dagster import AssetCheckSpec, Backoff, Config, FreshnessPolicy, MaterializeResult, RetryPolicy, asset
from pydantic import Field

from pipelines.cycle import Cycle
from pipelines.defs.resources import Installation

OWNERS = ["team:monitoring"]
FRESH = FreshnessPolicy.time_window(warn_window=timedelta(minutes=10), fail_window=timedelta(minutes=75))
"""A desk's feeds bring a run every minute or so; where all are slow the hourly canary still does."""


class Polling(Config):
    """What the launchpad can ask of a poll."""

    every_feed: bool = Field(default=False, description="Poll every feed now, due or not.")


@asset(
    group_name="gathering",
    kinds={"rss", "python"},
    owners=OWNERS,
    freshness_policy=FRESH,
    retry_policy=RetryPolicy(max_retries=2, delay=2, backoff=Backoff.EXPONENTIAL),
    description="Entries of the feeds in feeds.yaml. Polls those that are due, all at once, with conditional requests; "
    "stores what is new or changed; a failing feed is slowed and named, and holds up no other. "
    "Then sends the deliveries that already wait.",
    check_specs=[
        AssetCheckSpec("no_failing_feeds", asset="feed_entries", description="Feeds that cannot be read, and why."),
        AssetCheckSpec("no_stale_feeds", asset="feed_entries", description="Feeds without anything new for too long."),
    ],
)
def feed_entries(config: Polling, installation: Installation) -> MaterializeResult:  # type: ignore[type-arg]
    """Poll the feeds that are due."""
    # Dagster takes only the bare class for an answer that holds checks too.
    return installation.perform(partial(Cycle.feed_entries, every_feed=config.every_feed))


@asset(
    group_name="gathering",
    kinds={"html", "python"},
    owners=OWNERS,
    deps=[feed_entries],
    description="Articles with their text. Fetches the page of each new or changed entry and extracts title, text, "
    "date, authors and language; falls back to the feed's own words where there is no page, and tries again later.",
    check_specs=[AssetCheckSpec("full_texts", asset="articles", description="Sites whose full texts fell away.")],
)
def articles(installation: Installation) -> MaterializeResult:  # type: ignore[type-arg]
    """Extract the text of the pages that are due."""
    return installation.perform(lambda cycle: (cycle.articles(), cycle.revisits()))


@asset(
    group_name="gathering",
    kinds={"python"},
    owners=OWNERS,
    deps=[articles],
    description="Stories: articles that print one text, whatever their headlines and cut endings. Separate reports "
    "of one event stay apart, are linked as related, and shared appeals or background join nothing.",
    check_specs=[
        AssetCheckSpec("join_rate", asset="stories", description="How many of the day's articles joined a story."),
        AssetCheckSpec("biggest_story", asset="stories", description="The story that most articles joined today."),
    ],
)
def stories(installation: Installation) -> MaterializeResult:  # type: ignore[type-arg]  # see feed_entries
    """Put new articles into stories."""
    return installation.perform(Cycle.stories)


@asset(
    group_name="alerting",
    kinds={"yaml", "python"},
    owners=OWNERS,
    deps=[stories],
    description="Matches of the desk's rules with new texts, with their evidence. A rule file with a fault is named at "
    "file, line and column; the other rules go on.",
    check_specs=[
        AssetCheckSpec(
            "unmatched_growth", asset="matches", description="Texts that no rule matches, against the usual."
        )
    ],
)
def matches(installation: Installation) -> MaterializeResult:  # type: ignore[type-arg]  # see feed_entries
    """Run the rules over new texts."""
    return installation.perform(Cycle.matches)


@asset(
    group_name="alerting",
    kinds={"python"},
    owners=OWNERS,
    deps=[matches],
    description="Alerts: what the desk is told, once per story and rule, with the reason; and for every match that "
    "made no alert, why. An alert and its deliveries are stored in one commit.",
    check_specs=[AssetCheckSpec("sums_close", asset="alerts", description="Every match has its alert or its reason.")],
)
def alerts(installation: Installation) -> MaterializeResult:  # type: ignore[type-arg]  # see feed_entries
    """Decide what the desk is told."""
    return installation.perform(Cycle.alerts)


@asset(
    group_name="alerting",
    kinds={"slack", "email"},
    owners=OWNERS,
    freshness_policy=FRESH,
    deps=[alerts],
    description="Deliveries to chat and mail, the digests that are due among them. Each receiver has its own row, "
    "attempts and back-off; what fails is tried again for a day, then kept as a dead letter (`wirewatch outbox list`).",
    check_specs=[
        AssetCheckSpec("no_dead_letters", asset="deliveries", description="Messages given up in the last day."),
        AssetCheckSpec("deliveries_are_prompt", asset="deliveries", description="Since when the oldest message waits."),
    ],
)
def deliveries(installation: Installation) -> MaterializeResult:  # type: ignore[type-arg]  # see feed_entries
    """Send what is due."""
    return installation.perform(lambda cycle: (*cycle.digests(), cycle.deliveries()))


@asset(
    group_name="staying_awake",
    kinds={"sql"},
    owners=OWNERS,
    description="The archive, once an hour: forgets pages, texts and whole articles that were kept for "
    "their time (WIREWATCH_KEEP_...), never what the desk was told of in it, and gives the disk their room back.",
)
def archive(installation: Installation) -> MaterializeResult[None]:
    """Forget what was kept for its time."""
    return installation.perform(Cycle.housekeeping)


@asset(
    group_name="staying_awake",
    kinds={"python"},
    owners=OWNERS,
    deps=[deliveries],
    description="The word to somebody outside that all is well, after a whole cycle: while the hourly test article "
    "(the canary) comes through every step to a test receiver, and no work waits. `heartbeat` in routes.yaml.",
    check_specs=[
        AssetCheckSpec("canary_arrives", asset="heartbeat", description="The hourly article came through every step."),
        AssetCheckSpec("every_step_moves", asset="heartbeat", description="Steps where work waits for half an hour."),
        AssetCheckSpec("heartbeat_goes_out", asset="heartbeat", description="The outside is told that all is well."),
    ],
)
def heartbeat(installation: Installation) -> MaterializeResult:  # type: ignore[type-arg]  # see feed_entries
    """Tell the outside that all is well, if it is."""
    return installation.perform(Cycle.heartbeat)
