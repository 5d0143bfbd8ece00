"""Simulated days of digests, on both databases: mornings, holds, absences, weeks, and days with the machine off."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipelines.alerts import Message
from pipelines.delivery.routing import load_routes
from pipelines.digests.records import DigestKind
from pipelines.errors import ReceiverMisconfigured, ReceiverUnavailable
from pipelines.reports import Report
from pipelines.steps.alerting import dispatch_alerts
from pipelines.steps.briefing import make_digests
from pipelines.steps.progress import Budget
from storage.store import SqlStore
from tests.storage.desk import HOUR, MINUTE, NOON, Clock, Desk

TBILISI = ZoneInfo("Asia/Tbilisi")
ROUTES = """
version: 1
zone: Asia/Tbilisi
times: {night: {from: "22:00", to: "08:00"}}
receivers:
  chat: {url_env: CHAT}
  mail: {url_env: MAIL, style: mail, morning: "0 8 * * *", weekly: "0 9 * * 1"}
route:
  to: [chat, mail]
"""
HELD = ROUTES.replace("to: [chat, mail]", "to: chat\n  hold_in: night")


class Briefed(Desk):
    """A desk whose runs make digests before they send."""

    settled = False

    def run(self) -> Report:
        routes = lambda: load_routes(self.folder / "routes.yaml")  # noqa: E731
        dispatch_alerts(self.store.alerts, routes, budget=Budget(self.now, 60.0, Clock()))
        self.brief()
        return super().run()

    def brief(self, *, until: float = 60.0) -> Report:
        file = self.folder / "routes.yaml"
        return make_digests(
            self.store.digests,
            self.store.archive,
            lambda: self.store.feeds.due_feeds(self.now, everything=True),
            lambda: (),
            lambda: load_routes(file),
            stamp=file.read_text("utf-8"),
            settled=lambda: self.settled,
            budget=Budget(self.now, until, Clock()),
        )

    def through(self, hours: float, step: timedelta = HOUR) -> list[tuple[datetime, str, Message]]:
        """What comes while the machine runs, each with its moment in Tbilisi and its receiver."""
        came, end = [], self.now + hours * HOUR
        while self.now < end:
            self.now = min(self.now + step, end)
            self.run()
            came += [(self.now.astimezone(TBILISI), name, message) for name, message in self.post.take()]
        return came


@pytest.fixture
def desk(store: SqlStore, tmp_path: Path) -> Callable[[str], Briefed]:
    """A desk that is not new: nothing of a first cycle is waited for."""

    def made(routes: str) -> Briefed:
        (tmp_path / "routes.yaml").write_text(routes, encoding="utf-8")
        store.digests.plan("before", (), NOON)
        opened = Briefed(store, tmp_path)
        opened.run()
        return opened

    return made


def moments(came: list[tuple[datetime, str, Message]], receiver: str) -> list[str]:
    return [f"{at:%a %H:%M}" for at, name, _ in came if name == receiver]


def test_a_morning_digest_comes_each_day_even_when_empty_and_a_weekly_one_on_its_day(
    desk: Callable[[str], Briefed],
) -> None:
    came = desk(ROUTES).through(24 * 8)
    mornings = [f"{day} 08:00" for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon")]
    assert sorted(moments(came, "mail")) == sorted([*mornings, "Mon 09:00", "Mon 09:00"])
    assert moments(came, "chat") == []
    assert all("Nothing matched; 0 feeds read, all well." in message.text for _, _, message in came)
    assert all(message.html and "Nothing matched" in message.html for _, _, message in came)


def test_a_nights_hold_ends_with_one_digest_that_names_what_it_kept_and_one_where_it_kept_nothing(
    desk: Callable[[str], Briefed],
) -> None:
    opened = desk(HELD)
    opened.at(NOON + 8 * HOUR).news("one", "two")  # midnight in Tbilisi
    came = [one for one in opened.through(20) if one[1] == "chat"]
    assert [f"{at:%a %H:%M}" for at, _, _ in came] == ["Mon 08:00"]
    message = came[0][2]
    assert message.title == "End of the hold · Mon 23 Nov"
    assert "2 kept for this message" in message.text
    assert all(f"/{name}?" in message.text for name in ("one", "two"))
    ((at, _, empty),) = [one for one in opened.through(24) if one[1] == "chat"]
    assert f"{at:%a %H:%M}" == "Tue 08:00"
    assert empty.text.startswith("Nothing matched")
    digest = next(one for one in opened.store.digests.made(9) if one.receiver == "chat")
    assert (digest.ends_at - digest.starts_at, digest.kind) == (10 * HOUR, DigestKind.HOLD)


def test_a_hold_that_ends_with_the_morning_digest_is_told_in_it(desk: Callable[[str], Briefed]) -> None:
    opened = desk(HELD.replace("to: chat", "to: mail"))
    opened.at(NOON + 8 * HOUR).news("one")
    ((at, receiver, message),) = opened.through(8)
    assert (f"{at:%H:%M}", receiver) == ("08:00", "mail")
    assert message.title.startswith("Morning digest · Mon 23 Nov: 1 alert, 1 unclaimed, 1 kept for this message")
    assert message.text.count("/one?") == 1
    assert message.html is not None
    assert message.html.count("/one?") == 1
    assert moments(opened.through(24), "mail") == ["Mon 09:00", "Tue 08:00"]


def test_a_routes_digest_goes_out_in_the_receivers_morning_digest(desk: Callable[[str], Briefed]) -> None:
    opened = desk(ROUTES.replace("to: [chat, mail]", 'to: chat\n  digest: "0 7,8 * * *"'))
    opened.news("one")
    first, second = [one for one in opened.through(42) if one[1] == "chat"]
    assert [f"{at:%a %H:%M}" for at, _, _ in (first, second)] == ["Mon 07:00", "Tue 07:00"]
    assert "/one?" in first[2].text
    assert second[2].text.startswith("Nothing matched")


def test_who_was_away_is_told_of_all_that_time_in_one_digest_and_of_no_morning_twice(
    desk: Callable[[str], Briefed],
) -> None:
    opened = desk(ROUTES.replace("route:", "away: {mail: {until: 2026-11-26, to: chat}}\nroute:"))
    opened.news("one")
    came = opened.through(24 * 5)
    assert moments(came, "mail") == ["Thu 08:00", "Fri 08:00"]
    back = next(message for _, name, message in came if name == "mail")
    assert back.title.startswith("While you were away · Sun 22 Nov to Thu 26 Nov")
    assert "/one?" in back.text


@pytest.mark.parametrize("kept", [True, False], ids=["something kept", "empty"])
def test_after_days_off_one_digest_covers_them_all_and_says_so(desk: Callable[[str], Briefed], kept: bool) -> None:
    opened = desk(HELD.replace("to: chat", "to: mail"))
    if kept:
        opened.at(NOON + 8 * HOUR).news("one")
        opened.run()
    opened.at(NOON + 4 * 24 * HOUR + 90 * MINUTE)  # Thursday 17:30
    opened.run()
    daily, weekly = sorted(opened.to("mail"), key=lambda message: message.title)
    assert daily.title.startswith("Morning digest · Thu 26 Nov")
    assert "Sun 22 Nov 16:00 to Thu 26 Nov 08:00" in daily.text
    assert "Due 08:00, sent 17:30: Sun 22 Nov 16:00 to Thu 26 Nov 08:00 Tbilisi." in daily.text
    assert ("/one?" in daily.text) is kept
    assert weekly.title.startswith("The week")
    assert [f"{at:%a %H:%M}" for at, name, _ in opened.through(24) if name == "mail"] == ["Fri 08:30"]


@pytest.mark.parametrize(("evening", "hours"), [(datetime(2026, 3, 28, 18), 23), (datetime(2026, 10, 24, 18), 25)])  # noqa: DTZ001
def test_a_day_that_loses_or_gains_an_hour_has_its_digest_at_eight(
    store: SqlStore, tmp_path: Path, evening: datetime, hours: int
) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    (tmp_path / "routes.yaml").write_text(ROUTES.replace("Asia/Tbilisi", "Europe/Berlin"), encoding="utf-8")
    opened = Briefed(store, tmp_path).at(evening.replace(tzinfo=berlin).astimezone(UTC) - 24 * HOUR)
    assert isinstance(opened, Briefed)
    opened.store.digests.plan("before", (), opened.now)
    opened.run()
    came = [at for at, name, message in opened.through(72) if "Morning" in message.title]
    assert [f"{at.astimezone(berlin):%H:%M}" for at in came] == ["08:00"] * 3
    ends = [one.ends_at for one in reversed(opened.store.digests.made(9)) if one.kind is DigestKind.MORNING]
    assert ends[1] - ends[0] == hours * HOUR


def test_an_edited_time_moves_the_digest_and_loses_none_of_its_time(desk: Callable[[str], Briefed]) -> None:
    opened = desk(ROUTES)
    file = opened.folder / "routes.yaml"
    opened.through(24)
    file.write_text(ROUTES.replace('"0 8 * * *"', '"0 6 * * *"'), encoding="utf-8")
    came = opened.through(24)
    assert moments(came, "mail") == ["Tue 06:00"]
    newest, before = [one for one in opened.store.digests.made(9) if one.kind is DigestKind.MORNING]
    assert newest.starts_at == before.ends_at
    file.write_text(ROUTES.replace(', morning: "0 8 * * *"', ""), encoding="utf-8")
    assert opened.through(30) == []


def test_a_digest_that_its_receiver_refuses_is_tried_again_and_goes_to_the_fallback(
    desk: Callable[[str], Briefed],
) -> None:
    quiet = HELD.replace(', morning: "0 8 * * *", weekly: "0 9 * * 1"', "")
    opened = desk(quiet.replace("{url_env: CHAT}", "{url_env: CHAT, fallback: mail}"))
    opened.at(NOON + 8 * HOUR).news("one")
    opened.run()
    opened.at(NOON + 16 * HOUR)
    opened.post.refusing["chat"] = ReceiverUnavailable("down")
    opened.run()
    assert opened.post.take() == []
    opened.at(opened.now + 2 * HOUR).post.refusing.clear()
    opened.run()
    (message,) = opened.to("chat")
    assert message.title == "End of the hold · Mon 23 Nov"
    assert "/one?" in message.text
    opened.at(opened.now + 22 * HOUR).post.refusing["chat"] = ReceiverMisconfigured("gone")
    for _ in range(3):
        opened.run()
    (stood_in,) = [message for name, message in opened.post.take() if name == "mail"]
    assert "in place of chat" in stood_in.title


def test_more_than_a_message_holds_are_all_told_the_digest_first(desk: Callable[[str], Briefed]) -> None:
    opened = desk(HELD)
    for some in range(3):
        opened.at(NOON + (8 + some) * HOUR).news(*(f"n{some}-{number}" for number in range(80)), name=f"rule-{some}")
        opened.run()
    messages = [message for _, name, message in opened.through(8) if name == "chat"]
    assert messages[0].title.startswith("End of the hold")
    assert not any(message.title.startswith("End of the hold") for message in messages[1:])
    told = "\n".join(message.text for message in messages)
    names = re.compile(r"/(n\d-\d+)\?")
    assert {f"n{some}-{number}" for some in range(3) for number in range(80)} <= set(names.findall(told))
