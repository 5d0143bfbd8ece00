"""Routes in time: what a desk gets over simulated days, from stored matches to messages, on either database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.alerts import Message
from pipelines.delivery.routing import load_routes
from pipelines.errors import MessageRefused, ReceiverMisconfigured, ReceiverUnavailable
from pipelines.reports import Report
from pipelines.states import DeliveryState, Severity
from pipelines.steps.delivering import deliver
from pipelines.steps.progress import Budget
from storage.store import SqlStore
from tests.storage.desk import HOUR, MINUTE, NOON, ROUTES, Desk


@pytest.fixture
def desk(store: SqlStore, tmp_path: Path) -> Desk:
    (tmp_path / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    return Desk(store, tmp_path)


def test_the_first_message_waits_a_little_and_gathers_what_comes(desk: Desk) -> None:
    desk.news("one")
    desk.run()
    assert desk.post.take() == []
    desk.at(NOON + MINUTE).run()
    assert len(desk.to("chat")) == 1


def test_of_one_event_there_is_one_message_then_one_update_each_quarter_of_an_hour(desk: Desk) -> None:
    desk.news("first")
    [story] = [row.member.story_id for row in desk.store.journal.articles(limit=1) if row.member]
    messages: list[Message] = []
    for number in range(60):
        desk.at(NOON + number * 2 * MINUTE)
        if number:
            desk.news(f"report-{number}", name=f"rule-{number}", into=story)
        desk.run()
        messages += desk.to("chat")
    desk.at(NOON + 3 * HOUR).run()
    messages += desk.to("chat")
    assert len(messages) <= 10
    assert messages[1].title.startswith("UPDATE to A2 (sent 16:02)")
    told = "\n".join(message.text for message in messages)
    assert all(f"https://tufa.example/report-{number}?" in told for number in range(1, 60))


def test_what_is_urgent_waits_for_nothing_and_wakes_the_duty_unless_acknowledged(desk: Desk) -> None:
    desk.news("one", severity=Severity.URGENT)
    desk.run()
    assert len(desk.to("chat")) == 1
    desk.at(NOON + 9 * MINUTE).run()
    assert desk.post.take() == []
    desk.at(NOON + 11 * MINUTE).run()
    assert "unless acknowledged by 16:10" in desk.to("duty")[0].title
    desk.at(NOON + HOUR).news("two", severity=Severity.URGENT)
    desk.run()
    [row] = desk.store.journal.alerts(1)
    desk.store.silences.acknowledge(row.detail.alert.alert_id, "nino", desk.now)
    desk.at(NOON + 2 * HOUR).run()
    assert desk.to("duty") == []


def test_a_digest_comes_once_a_day_with_all_of_it(desk: Desk) -> None:
    for hours, name in ((0, "one"), (3, "two"), (15, "three")):
        desk.at(NOON + hours * HOUR).news(name, severity=Severity.LOW)
        desk.run()
    assert desk.post.take() == []
    desk.at(NOON + 16 * HOUR).run()
    [message] = desk.to("mail")
    assert "in the digest of" in message.title
    assert all(f"tufa.example/{name}?" in message.text for name in ("one", "two", "three"))
    desk.at(NOON + 40 * HOUR).run()
    assert desk.post.take() == []


def test_the_night_is_held_for_the_morning_and_nothing_is_dropped(desk: Desk) -> None:
    (desk.folder / "routes.yaml").write_text(ROUTES.replace("{desk: night}", "{desk: science}"), encoding="utf-8")
    for hours, name in ((1, "evening"), (7, "night"), (14, "dawn")):
        desk.at(NOON + hours * HOUR).news(name)
        desk.run()
        desk.at(desk.now + MINUTE).run()
    assert [message.title for message in desk.to("chat")] == ["A1 · Earthquakes"]
    desk.at(NOON + 16 * HOUR).run()
    [message] = desk.to("chat")
    assert "held for night until 08:00" in message.title
    assert all(f"tufa.example/{name}?" in message.text for name in ("night", "dawn"))


def refused(desk: Desk) -> None:
    """The chat refuses for good what is due now."""
    desk.post.refusing["chat"] = ReceiverMisconfigured("chat (CHAT): HTTP 403")
    desk.at(NOON).news("one")
    desk.run()
    desk.at(NOON + MINUTE).run()


def test_a_receiver_that_refuses_is_paused_and_its_fallback_told_and_the_operator_once(desk: Desk) -> None:
    refused(desk)
    desk.at(NOON + 2 * MINUTE).run()
    desk.at(NOON + 3 * MINUTE).run()
    posts = desk.post.take()
    assert [name for name, _ in posts] == ["ops", "mail"]
    assert posts[0][1].title == "Wirewatch: chat takes no messages"
    assert "wirewatch receivers test chat" in posts[0][1].text
    assert "in place of chat" in posts[1][1].title
    desk.at(NOON + 5 * MINUTE).news("two")
    desk.run()
    desk.at(NOON + 7 * MINUTE).run()
    assert [name for name, _ in desk.post.take()] == ["mail"]


def test_a_broken_template_of_the_desks_holds_up_nothing_and_the_operator_hears_of_it_once(desk: Desk) -> None:
    templates = desk.folder / "templates"
    templates.mkdir()
    (templates / "chat.txt").write_text("Tell me:\n{{ view.headlines }}", encoding="utf-8")
    told: list[tuple[str, Message]] = []
    for number in range(2):
        desk.at(NOON + number * HOUR).news(f"one-{number}")
        desk.run()
        desk.at(NOON + number * HOUR + MINUTE).run()
        told += desk.post.take()
    messages = [message for name, message in told if name == "chat"]
    for number, message in enumerate(messages):
        assert f"https://tufa.example/one-{number}" in message.text
        assert "Tell me" not in message.text
    [notice] = [message for name, message in told if name == "ops"]
    assert len(messages) == 2
    assert notice.title == "Wirewatch: the desk's template chat.txt cannot be used"
    assert f"{templates / 'chat.txt'}:2: no `headlines` is known of a View" in notice.text
    (templates / "chat.txt").write_text("Tell me:\n{{ view.headline.bold }} {{ view.link }}", encoding="utf-8")
    desk.at(NOON + 3 * HOUR).news("two")
    desk.run()
    desk.at(NOON + 3 * HOUR + MINUTE).run()
    [message] = desk.to("chat")
    assert message.text.startswith("Tell me:\n*")
    desk.at(NOON + 4 * HOUR).run()
    [notice] = desk.to("ops")
    assert notice.title == "Wirewatch: the desk's template chat.txt is used again"


def test_a_mended_receiver_gets_what_waited_and_the_operator_hears_of_it(desk: Desk) -> None:
    refused(desk)
    desk.at(NOON + 2 * MINUTE).run()
    desk.post.take()
    desk.post.refusing.clear()
    desk.at(NOON + 20 * MINUTE).run()
    desk.at(NOON + 21 * MINUTE).run()
    posts = desk.post.take()
    assert [name for name, _ in posts] == ["chat", "ops"]
    assert posts[1][1].title == "Wirewatch: chat takes messages again"
    assert desk.store.outbox.pauses() == {}


@dataclass(frozen=True)
class Killed:
    """A part of the store in one of whose methods the process ends."""

    inner: object
    method: str

    def __getattr__(self, name: str) -> object:
        if name == self.method:
            raise KeyboardInterrupt
        return getattr(self.inner, name)


@pytest.mark.parametrize(("part", "method"), [("outbox", "pause"), ("notices", "begin")])
def test_a_receiver_that_was_being_paused_when_the_process_ended_is_served_again(
    desk: Desk, part: str, method: str
) -> None:
    routes = lambda: load_routes(desk.folder / "routes.yaml")  # noqa: E731
    refused = Desk(desk.store, desk.folder)
    refused.post.refusing["chat"] = ReceiverMisconfigured("chat (CHAT): HTTP 403")
    refused.news("one")
    refused.run()
    parts = {"outbox": desk.store.outbox, "notices": desk.store.notices}
    parts[part] = Killed(parts[part], method)  # type: ignore[assignment]  # as the rest of it
    with pytest.raises(KeyboardInterrupt):
        deliver(parts["outbox"], parts["notices"], refused.post, routes, budget=Budget(NOON + MINUTE, 60.0))  # type: ignore[arg-type]
    desk.at(NOON + HOUR).run()
    desk.at(NOON + 2 * HOUR).run()
    assert "chat" in {name for name, _ in desk.post.take()}
    assert desk.store.outbox.pauses() == {}
    assert desk.store.notices.open_subjects() == frozenset()


def test_what_a_paused_receiver_never_took_is_given_up_visibly(desk: Desk) -> None:
    refused(desk)
    desk.at(NOON + 26 * HOUR).run()
    rows = desk.store.journal.deliveries([DeliveryState.DEAD], 10)
    assert [(row.delivery.receiver, row.delivery.error) for row in rows] == [("chat", "chat (CHAT): HTTP 403")]


def test_messages_that_were_given_up_go_to_the_fallback_and_are_told(desk: Desk) -> None:
    desk.post.refusing["chat"] = ReceiverUnavailable("HTTP 500")
    desk.news("one")
    desk.run()
    for hours in (0, 23, 25, 26):
        desk.at(NOON + hours * HOUR + MINUTE).run()
    posts = desk.post.take()
    assert {name for name, _ in posts} == {"mail", "ops"}
    assert [message.title for name, message in posts if name == "ops"] == ["Wirewatch: messages to chat were given up"]


def test_after_two_days_off_what_waits_is_told_once(desk: Desk) -> None:
    for number in range(30):
        desk.news(f"report-{number}", name=f"rule-{number}")
    desk.run()
    desk.at(NOON + 48 * HOUR).run()
    [(_, message)] = desk.post.take()
    assert "late: due 48 h ago" in message.title
    desk.at(NOON + 49 * HOUR).run()
    assert desk.post.take() == []
    assert all(f"tufa.example/report-{number}?" in message.text for number in range(30))


def test_what_waited_together_and_is_refused_is_sent_event_by_event(desk: Desk) -> None:
    desk.news("one", name="rule-1")
    desk.news("two", name="rule-2")
    desk.run()
    desk.post.refusing["chat"] = MessageRefused("chat (CHAT): HTTP 400")
    desk.at(NOON + 2 * HOUR).run()
    desk.post.refusing.clear()
    desk.at(desk.now + 20 * MINUTE).run()
    assert [message.title for message in desk.to("chat")] == ["A1 · Earthquakes", "A2 · Earthquakes"]


def test_what_waited_together_is_an_update_of_no_single_event(desk: Desk) -> None:
    desk.news("one", name="rule-1")
    desk.run()
    desk.at(NOON + MINUTE).run()
    [row] = desk.store.journal.articles(1)
    assert row.member
    desk.news("more", name="rule-3", into=row.member.story_id)
    desk.news("two", name="rule-2")
    desk.run()
    desk.post.take()
    desk.at(NOON + 5 * HOUR).run()
    [message] = desk.to("chat")
    assert message.title == "A2, A3 · Earthquakes and 1 more rule · late: due 5 h ago"


def test_what_failed_first_after_an_outage_of_ours_is_tried_for_a_day(desk: Desk) -> None:
    desk.news("one")
    desk.run()
    desk.post.refusing["chat"] = ReceiverUnavailable("HTTP 500")
    for hours in (48, 60, 71):
        desk.at(NOON + hours * HOUR).run()
    assert desk.store.journal.deliveries([DeliveryState.DEAD], 10) == []
    desk.at(NOON + 73 * HOUR).run()
    assert len(desk.store.journal.deliveries([DeliveryState.DEAD], 10)) == 1


def test_what_is_past_a_limit_comes_in_one_summary_and_counts_against_none(desk: Desk) -> None:
    messages: list[Message] = []
    for number in range(40):
        desk.at(NOON + number * MINUTE).news(f"report-{number}")
        desk.run()
        messages += desk.to("chat")
    assert len(messages) == 10
    for minutes in (60, 69, 71, 130):
        desk.at(NOON + minutes * MINUTE).run()
    [summary] = desk.to("chat")
    assert "30 alerts" in summary.title
    assert "past the limit of 10 alerts in 1 h" in summary.title
    told = "\n".join(message.text for message in (*messages, summary))
    assert all(f"tufa.example/report-{number}?" in told for number in range(40))
    desk.at(NOON + 140 * MINUTE).news("later")
    desk.run()
    desk.at(NOON + 141 * MINUTE).run()
    assert [message.title for message in desk.to("chat")] == ["A41 · Earthquakes"]
    ledger = desk.store.journal.match_ledger()
    assert (ledger.matched, ledger.alerts, ledger.undecided) == (41, 41, 0)


def test_a_services_rate_is_kept_by_fresh_processes_too(desk: Desk) -> None:
    desk.post.services["chat"] = "tgram"
    for number in range(30):
        desk.news(f"report-{number}", name=f"rule-{number}")
    desk.at(NOON + MINUTE).run()
    sent: list[int] = []
    for second in range(0, 180, 15):
        desk.at(NOON + 2 * MINUTE + timedelta(seconds=second)).run()
        sent.append(len(desk.to("chat")))
    assert sum(sent) == 30
    assert all(sum(sent[start : start + 4]) <= 20 for start in range(len(sent)))


def counted(run: Callable[[], Report]) -> int:
    return run().counts["sent"]


def test_every_alert_is_sent_once_whatever_its_bundle(desk: Desk) -> None:
    for number in range(5):
        desk.news(f"report-{number}", severity=list(Severity)[number % 4])
    total = 0
    for minutes in range(0, 60 * 24, 15):
        total += counted(desk.at(NOON + minutes * MINUTE).run)
    states = desk.store.journal.match_ledger().deliveries
    assert set(states) == {DeliveryState.SENT}
    assert total == states[DeliveryState.SENT]
