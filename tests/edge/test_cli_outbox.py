"""What was told and what still waits, as the commands show it from a real store."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.alert_store import NewAlert
from pipelines.alerts import NewDelivery
from pipelines.cli.app import app
from pipelines.model import Content, Feed, FeedEntry, Hit, Judgement, Outlet, Published, Rule
from pipelines.polls import FeedState, Poll
from pipelines.states import (
    AlertReason,
    DeliveryId,
    DeliveryState,
    FeedId,
    Field,
    Outcome,
    OutletId,
    ReceiverId,
    RuleId,
    RuleVersion,
    Severity,
)
from storage.store import SqlStore, open_store

NOW = datetime(2026, 11, 22, 16, 45, tzinfo=UTC)
RULE = Rule(rule_id=RuleId("lachin"), version=RuleVersion("v1"), title="Lachin", severity=Severity.HIGH)
RECEIVERS = (ReceiverId("desk-chat"), ReceiverId("desk-mail"), ReceiverId("ops"))
TITLE = "Lachin \x1b[31m[bold]road[/bold]"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "alert_rules").mkdir()
    return tmp_path


@pytest.fixture
def store(home: Path) -> Iterator[SqlStore]:
    """One alert for three receivers: sent, waiting after a failure, dead."""
    with closing(open_store(f"sqlite:///{home / 'store.db'}")) as opened:
        _tell(opened)
        for receiver, error, again in (
            (RECEIVERS[0], None, None),
            (RECEIVERS[1], "desk-mail (MAIL_URL): HTTP 500", NOW + timedelta(minutes=1)),
            (RECEIVERS[2], "ops: the variable OPS_URL is not set", None),
        ):
            (delivery,) = opened.outbox.claim(receiver, NOW, NOW + timedelta(seconds=30))
            if error is None:
                opened.outbox.mark_sent([delivery.delivery_id], NOW)
            else:
                opened.outbox.mark_failed([delivery.delivery_id], error, again, NOW)
        yield opened


def _tell(store: SqlStore) -> None:
    feeds = [_feed(letter) for letter in "AB"]
    store.feeds.sync_feeds(feeds, NOW)
    for feed in feeds:
        link = feed.url.replace("rss", "1")
        entry = FeedEntry(title=TITLE, url=link, link=link, published=Published(moment=NOW))
        store.feeds.record_polls(
            [Poll(feed=feed, state=FeedState(due_at=NOW + timedelta(days=1)), entries=[entry])], NOW
        )
    for page in store.articles.pages_due(NOW, 10):
        store.articles.save_text(page, Content(title=TITLE, body="The Lachin road."), NOW, try_again_at=None)
    story = None
    with store.stories.grouping(NOW) as grouping:
        revisions = grouping.ungrouped(10)
        for revision in revisions:
            story = grouping.join(revision.article.article_id, story, similarity=1.0, reason="same text", hashes=[1])
    hit = Hit(group="any", field=Field.TITLE, start=0, end=6, text="Lachin")
    judgement = Judgement(rule=RULE, outcome=Outcome.MATCH, hits=(hit,), clause="any")
    store.matches.sync_rules([RULE], NOW)
    store.matches.save_matches([one.revision_id for one in revisions], [(revisions[0].revision_id, judgement)], NOW)
    with store.alerts.dispatching(NOW) as dispatch:
        [match] = dispatch.undecided(10)
        dispatch.save_alert(
            NewAlert(
                match_id=match.match_id,
                rule=RULE,
                subject=f"story:{match.story_id}",
                reason=AlertReason.FIRST,
                deliveries=tuple(NewDelivery(receiver=one, bundle=f"alone:{one}", due_at=NOW) for one in RECEIVERS),
            )
        )


def _feed(letter: str) -> Feed:
    outlet = Outlet(outlet_id=OutletId(f"{letter.lower()}.example"), title=f"Outlet {letter}")
    return Feed(feed_id=FeedId(letter), url=f"https://{outlet.outlet_id}/rss", outlet=outlet)


def call(home: Path, *arguments: str) -> Result:
    environment = {
        "WIREWATCH_DESK": str(home / "alert_rules"),
        "WIREWATCH_HOME": str(home),
        "WIREWATCH_DATABASE_URL": f"sqlite:///{home / 'store.db'}",
    }
    return CliRunner().invoke(app, arguments, env=environment)


def lines(result: Result) -> Sequence[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_alerts_with_their_carriers_and_deliveries(home: Path, store: SqlStore) -> None:
    [alert] = lines(call(home, "alerts", "list", "--json"))
    deliveries = alert.pop("deliveries")
    assert alert == {
        "id": 1,
        "at": "2026-11-22T16:45:00+00:00",
        "severity": "high",
        "rule": "lachin",
        "title": TITLE,
        "url": "https://a.example/1",
        "outlet": "Outlet A",
        "carriers": ["Outlet A", "Outlet B"],
        "subject": "story:1",
        "reason": "first",
        "why": "any",
    }
    assert isinstance(deliveries, list)
    assert [(one["receiver"], one["state"]) for one in deliveries] == [
        ("desk-chat", "sent"),
        ("desk-mail", "pending"),
        ("ops", "dead"),
    ]


def test_alerts_as_a_table(home: Path, store: SqlStore) -> None:
    result = call(home, "alerts", "list")
    assert result.exit_code == 0
    columns, row = result.stdout.splitlines()
    assert " ".join(columns.split()) == "alert at severity rule headline outlet carriers reason deliveries"
    assert row.startswith("A1")
    assert "2026-11-22 16:45 UTC" in row
    assert "Lachin [31m[bold]road[/bold]" in row
    assert "\x1b" not in row
    assert "desk-chat sent, desk-mail pending (desk-mail (MAIL_URL): HTTP 500), ops dead (ops: the var" in row


def test_the_outbox_shows_what_is_not_sent(home: Path, store: SqlStore) -> None:
    waiting = lines(call(home, "outbox", "list", "--json"))
    assert [(row["receiver"], row["state"], row["attempts"]) for row in waiting] == [
        ("ops", "dead", 1),
        ("desk-mail", "pending", 1),
    ]
    assert waiting[1]["due_at"] == "2026-11-22T16:46:00+00:00"
    assert [row["receiver"] for row in lines(call(home, "outbox", "list", "--state", "sent", "--json"))] == [
        "desk-chat"
    ]
    table = call(home, "outbox", "list").stdout.splitlines()
    assert " ".join(table[0].split()) == "delivery receiver state attempts due alert rule headline why"
    assert "ops: the variable OPS_URL is not set" in table[1]
    assert "2026-11-22 16:46 UTC" in table[2]


def test_dead_deliveries_get_a_second_chance(home: Path, store: SqlStore) -> None:
    result = call(home, "outbox", "retry", "--all-dead")
    assert (result.exit_code, result.stdout) == (0, "1 delivery is due now; the next run sends them\n")
    assert lines(call(home, "outbox", "list", "--state", "dead", "--json")) == []
    assert "ops" in store.outbox.receivers_due(datetime.now(UTC))


def test_named_deliveries_are_made_due_and_the_others_told(home: Path, store: SqlStore) -> None:
    by_receiver = {
        row.delivery.receiver: row.delivery.delivery_id for row in store.journal.deliveries(list(DeliveryState), 10)
    }
    sent, waiting = by_receiver[RECEIVERS[0]], by_receiver[RECEIVERS[1]]
    assert call(home, "outbox", "retry", str(waiting)).exit_code == 0
    result = call(home, "outbox", "retry", str(sent), str(DeliveryId(999)))
    assert result.exit_code == 1
    assert "0 deliveries are due now" in result.stdout
    assert "2 of those named: no such delivery, or it is neither dead nor waiting" in result.stderr


def test_retry_asks_which(home: Path) -> None:
    for arguments in ((), ("3", "--all-dead"), ("x",)):
        result = call(home, "outbox", "retry", *arguments)
        assert result.exit_code == 2
        assert "Usage" in result.stderr


def test_an_empty_store_says_so(home: Path) -> None:
    assert call(home, "alerts", "list").stdout == "no alerts yet\n"
    assert call(home, "outbox", "list").stdout == "no deliveries are pending or held or dead\n"
    assert call(home, "alerts", "list", "--json").stdout == ""
