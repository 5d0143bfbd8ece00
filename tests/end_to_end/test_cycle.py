"""Whole cycles over the demo's world: what a desk gets, and what goes wrong without stopping the rest."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.alerts import Message, Receiver
from pipelines.cycle import Cycle
from pipelines.errors import DeskFileError, ReceiverUnavailable
from pipelines.reports import Report
from pipelines.states import AlertReason, DeliveryState, TextSource, VerdictKind
from pipelines.steps import gathering
from pipelines.steps.progress import Budget
from storage.journal import ArticleRow
from storage.store import SqlStore
from tests.installation import World, demo_world

REPRINTS = {"Northern Wire", "Yerevan Ledger", "Black Sea Dispatch", "Valley Courier"}


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    with demo_world(tmp_path, database_url) as found:
        yield found


def journal_of(cycle: Cycle) -> SqlStore:
    assert isinstance(cycle.store, SqlStore)
    return cycle.store


def by_slug(cycle: Cycle) -> dict[str, ArticleRow]:
    rows = journal_of(cycle).journal.articles(limit=500)
    return {row.article.url.rsplit("/", 1)[1]: row for row in rows}


def report_of(reports: tuple[Report, ...], step: str) -> Report:
    return next(report for report in reversed(reports) if report.step == step)


def test_the_demos_story_from_feed_to_alert(world: World) -> None:
    with world.cycle() as cycle:
        cycle.whole()
        rows = by_slug(cycle)
        convoy = [row for row in rows.values() if row.reprint_of and row.reprint_of.url.endswith("medical-convoy")]
        assert {row.article.outlet.title for row in convoy} == REPRINTS - {"Northern Wire"}
        calls = [rows["kremlin-call"], rows["evening-call"]]
        assert len({row.member.story_id for row in calls if row.member}) == 2
        highland = [row for row in rows.values() if row.article.outlet.title == "Highland Monitor"]
        assert len(highland) >= 4
        assert len({row.member.story_id for row in highland if row.member}) == len(highland)
        assert not rows["golden-anchor"].answers
        ledger = journal_of(cycle).journal.match_ledger()
        assert ledger.matched == ledger.accounted
        assert ledger.undecided == 0
    texts = [f"{post.title}\n{post.message}" for post in world.site.chat_posts]
    [told] = [text for text in texts if "northern-wire/world/medical-convoy" in text]
    assert all(outlet in told for outlet in REPRINTS)
    assert len(world.site.mailbox.messages) == len(texts)
    named = [alert for text in texts for alert in re.findall(r"\bA\d+\b", text.splitlines()[0])]
    assert len(named) == len(set(named)) == ledger.alerts  # what belongs to one event is told in one message
    for word in ("*Laçın*", "*Լաչինի*", "*Лачинский*", "*barış gücü*"):
        assert any(word in text for text in texts), word


def test_the_second_cycle_tells_of_a_correction_and_nothing_twice(world: World) -> None:
    with world.cycle() as cycle:
        cycle.whole()
    told = len(world.site.chat_posts)
    world.site.advance()
    with world.cycle() as cycle:
        polled, *_ = cycle.whole(every_feed=True)
        assert polled.counts["entries new"] == 1
        assert polled.counts["entries changed"] == 1
        rows = by_slug(cycle)
    corrected = [f"{post.title}\n{post.message}" for post in world.site.chat_posts[told:]]
    assert len(corrected) == 1
    assert "Why: corrected: the page says: Correction: an earlier version of this article" in corrected[0]
    [new] = rows["mountain-escort"].answers
    assert [verdict.kind for verdict in new.verdicts] == [VerdictKind.HELD]
    assert "already told in alert" in new.verdicts[0].reason
    changed = rows["hospital-insulin"].answers
    assert len(changed) == 2
    assert [answer.alert_reason for answer in changed] == [AlertReason.FIRST, AlertReason.CORRECTED]


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)], ids=["forward", "back"])
def test_the_clock_may_jump(world: World, jump: timedelta) -> None:
    """A jump repeats nothing and leaves no gap: what comes after it is told, then as once the clock is right again."""
    with world.cycle() as cycle:
        cycle.whole()
    told = [post.message for post in world.site.chat_posts]
    world.site.advance()
    with world.cycle(later=jump) as cycle:
        cycle.whole(every_feed=True)
    with world.cycle() as cycle:
        cycle.whole(every_feed=True)
        rows = by_slug(cycle)
        ledger = journal_of(cycle).journal.match_ledger()
    after = [post.message for post in world.site.chat_posts[len(told) :]]
    assert len(after) == 1, "the correction, once"
    assert [answer.alert_reason for answer in rows["hospital-insulin"].answers][-1] is AlertReason.CORRECTED
    assert ledger.matched == ledger.accounted
    assert ledger.undecided == 0


def test_the_failing_feed_is_named_and_nothing_else_suffers(world: World) -> None:
    with world.cycle() as cycle:
        polled, *_ = cycle.whole()
        assert {problem.subject for problem in polled.problems} == {"radio-tulip"}
        assert "503" in polled.problems[0].message
        rows = {row.feed.feed_id: row for row in journal_of(cycle).journal.feeds()}
    assert rows["radio-tulip"].state.failures == 1
    others = [row for name, row in rows.items() if name != "radio-tulip"]
    assert all(row.state.succeeded_at and not row.state.error and row.articles for row in others)


def test_without_backfill_a_new_feed_starts_silent(world: World) -> None:
    feeds = world.folder / "alert_rules" / "feeds.yaml"
    feeds.write_text(feeds.read_text(encoding="utf-8").replace("backfill: 72h", "backfill: 0s"), encoding="utf-8")
    with world.cycle() as cycle:
        cycle.whole()
        reasons = {v.reason for row in by_slug(cycle).values() for answer in row.answers for v in answer.verdicts}
    assert not world.site.chat_posts
    assert reasons == {"in the feed before the watch began"}
    world.site.advance()
    with world.cycle() as cycle:
        cycle.whole(every_feed=True)
    assert [post for post in world.site.chat_posts if "mountain-escort" in post.message + post.title]


def test_a_faulty_feeds_file_leaves_its_last_good_version(world: World) -> None:
    with world.cycle() as cycle:
        cycle.whole()
    feeds = world.folder / "alert_rules" / "feeds.yaml"
    feeds.write_text("version: 1\nfeed: []\n")
    with world.cycle() as cycle:
        polled, *_ = cycle.whole(every_feed=True)
    assert polled.counts["feeds polled"] == 11
    assert any("feeds.yaml:2:1" in problem.message for problem in polled.problems)


def test_a_faulty_rule_file_takes_no_other_down(world: World) -> None:
    (world.folder / "alert_rules" / "broken.yaml").write_text("version: 1\nrules: [{id: x, any: [lach*], an: 1}]\n")
    with world.cycle() as cycle:
        reports = cycle.whole()
    assert any("broken.yaml:2:" in problem.message for problem in report_of(reports, "matches").problems)
    assert len(world.site.chat_posts) > 5


def test_with_no_rule_that_can_be_read_texts_wait(world: World) -> None:
    rules = world.folder / "alert_rules" / "rules.yaml"
    good = rules.read_text(encoding="utf-8")
    rules.write_text("version: 1\nrules: {}\n")
    with world.cycle() as cycle:
        with pytest.raises(DeskFileError, match=r"rules\.yaml:2:\d+"):
            cycle.whole()
        assert cycle.store.due_work(datetime.now(UTC)).backlog == 30
    rules.write_text(good, encoding="utf-8")
    with world.cycle() as cycle:
        cycle.whole()
    assert len(world.site.chat_posts) > 5


def test_a_faulty_routes_file_is_an_error_and_nothing_is_lost(world: World) -> None:
    routes = world.folder / "alert_rules" / "routes.yaml"
    good = routes.read_text(encoding="utf-8")
    routes.write_text("version: 1\nreceivers: {}\n")
    with world.cycle() as cycle, pytest.raises(DeskFileError, match=r"routes\.yaml:\d+:\d+"):
        cycle.whole()
    with world.cycle() as cycle:
        assert cycle.store.due_work(datetime.now(UTC)).backlog  # gathered and matched, but not decided
    routes.write_text(good, encoding="utf-8")
    with world.cycle() as cycle:
        cycle.whole()
    assert len(world.site.chat_posts) > 5


class DeafChat:
    """A notifier whose chat takes nothing, with an error that holds a secret or without; mail gets through."""

    def __init__(self, error: Exception) -> None:
        self._error = error
        self.mailed: list[str] = []

    def service(self, receiver: Receiver) -> str:
        """Nothing that has a rate."""
        return "json"

    def send(self, receiver: Receiver, message: Message, *, key: str) -> None:
        """Take mail, refuse chat."""
        if receiver.receiver_id == "desk-chat":
            raise self._error
        self.mailed.append(key)


@pytest.mark.parametrize("error", [ReceiverUnavailable("HTTP 500"), RuntimeError("token SECRET9")])
def test_a_deaf_receiver_holds_up_no_other_and_ends_as_dead_letters(world: World, error: Exception) -> None:
    notifier = DeafChat(error)
    with world.cycle() as cycle:
        journal = journal_of(cycle).journal
        replace(cycle, notifier=notifier).whole()
        alerts = journal.match_ledger().alerts
        assert {row.delivery.receiver for row in journal.deliveries([DeliveryState.SENT], 100)} == {"desk-mail"}
        assert journal.match_ledger().deliveries == {DeliveryState.SENT: alerts, DeliveryState.PENDING: alerts}
        tried = [row.delivery for row in journal.deliveries([DeliveryState.PENDING], 100) if row.delivery.attempts]
        # A receiver that is down is tried once a run; what was wrong with one message may be right with the next.
        assert len(tried) == alerts or (isinstance(error, ReceiverUnavailable) and len({d.bundle for d in tried}) == 1)
        assert all("SECRET9" not in str(delivery.error) and delivery.due_at > datetime.now(UTC) for delivery in tried)
    messages = len(notifier.mailed)
    with world.cycle(later=timedelta(hours=2)) as cycle:
        assert replace(cycle, notifier=notifier).deliveries().counts["to be tried again"] == alerts
    with world.cycle(later=timedelta(hours=27)) as cycle:
        deaf = replace(cycle, notifier=notifier)
        assert sum(deaf.deliveries().counts["dead"] for _ in range(2)) == alerts
        assert len(journal_of(cycle).journal.deliveries([DeliveryState.DEAD], 100)) == alerts
        assert [key.startswith("notice-") for key in notifier.mailed[messages:]] == [True]  # the operator hears once


def test_with_no_time_left_work_waits_for_the_next_run(world: World) -> None:
    with world.cycle() as cycle:
        cycle.feed_entries()
        spent = Budget(datetime.now(UTC), 0.0)
        assert gathering.extract_articles(
            cycle.store.articles, cycle.store.robots, cycle.store.notices, cycle.fetcher, cycle.workers, budget=spent
        ).unfinished
        assert cycle.store.due_work(datetime.now(UTC)).backlog == 30
        cycle.whole()
        assert cycle.store.due_work(datetime.now(UTC)).backlog == 0


def test_a_page_that_is_down_for_a_while_is_read_later(world: World) -> None:
    """Its article is told from the headline where that is enough, and judged again with its text."""
    with world.site.out_of_order("/northern-wire/world/medical-convoy"), world.cycle() as cycle:
        cycle.whole()
        assert by_slug(cycle)["medical-convoy"].text_source is not TextSource.PAGE
    with world.cycle(later=timedelta(minutes=6)) as cycle:
        cycle.whole()
        row = by_slug(cycle)["medical-convoy"]
        assert row.text_source is TextSource.PAGE
        assert row.texts == 2
        assert sum(answer.alert_id is not None for answer in row.answers) <= 1


def test_the_operator_is_told_once_of_a_trouble_and_once_of_its_end(world: World) -> None:
    notifier = DeafChat(ReceiverUnavailable("HTTP 500"))
    routes = world.folder / "alert_rules" / "routes.yaml"
    mailed = routes.read_text(encoding="utf-8")
    with world.cycle() as cycle:
        notices = journal_of(cycle).notices
        notices.begin("feed:x", "feed x fails", ["HTTP 403 since noon", "try `user_agent`"], cycle.clock())
        routes.write_text(mailed.replace("operator: desk-mail", "operator: desk-chat"), encoding="utf-8")
        refused = replace(cycle, notifier=notifier).deliveries()
        assert [problem.subject for problem in refused.problems] == ["notice about feed:x"]
        routes.write_text(mailed, encoding="utf-8")
        later = cycle.clock() + timedelta(minutes=10)
        again = replace(cycle, notifier=notifier, clock=lambda: later)
        assert again.deliveries().counts["notices sent"] == 1
        assert "notices sent" not in again.deliveries().counts
        notices.end("feed:x", "feed x answers again", [], later)
        assert again.deliveries().counts["notices sent"] == 1
        assert len(notifier.mailed) == 2


def test_kept_pages_are_read_again_without_fetching(world: World) -> None:
    with world.cycle() as cycle:
        cycle.whole()
        outlet = by_slug(cycle)["medical-convoy"].article.outlet.outlet_id
        since = datetime.now(UTC) - timedelta(hours=1)
        with world.site.out_of_order("/northern-wire/world/medical-convoy"):
            report = cycle.again.articles(outlet, since)
        assert report.counts["texts unchanged"] > 0
        assert (report.counts["texts new"], report.problems) == (0, ())
        assert not any(cycle.again.articles(outlet, datetime.now(UTC) + timedelta(hours=1)).counts.values())
