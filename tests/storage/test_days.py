"""Simulated days: nights through a change of daylight saving, somebody away, a first run, and a day of downtime."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipelines.states import VerdictKind
from storage.store import SqlStore
from tests.storage.desk import HOUR, MINUTE, NOON, ROUTES, Desk
from tests.storage.samples import entry, extract, feed, group, match, poll, rule

BERLIN = ZoneInfo("Europe/Berlin")
IN_BERLIN = ROUTES.replace("Asia/Tbilisi", "Europe/Berlin").replace("{desk: night}", "{desk: science}")


def desk_of(store: SqlStore, folder: Path, routes: str) -> Desk:
    (folder / "routes.yaml").write_text(routes, encoding="utf-8")
    return Desk(store, folder)


@pytest.mark.parametrize("evening", [datetime(2026, 3, 28, 23, 30), datetime(2026, 10, 24, 23, 30)], ids=str)  # noqa: DTZ001
def test_the_morning_after_a_change_of_clocks_is_at_eight(store: SqlStore, tmp_path: Path, evening: datetime) -> None:
    desk = desk_of(store, tmp_path, IN_BERLIN)
    desk.at(evening.replace(tzinfo=BERLIN).astimezone(UTC)).news("one")
    desk.run()
    heard = None
    while heard is None:
        desk.at(desk.now + 15 * MINUTE).run()
        heard = desk.now.astimezone(BERLIN) if desk.to("chat") else None
    assert f"{heard:%d %H:%M}" == f"{evening + timedelta(days=1):%d} 08:00"


def test_who_is_away_is_stood_in_for_and_told_on_return_once(store: SqlStore, tmp_path: Path) -> None:
    away = "away: {chat: {until: 2026-11-25, to: mail}}\nroute:"
    desk = desk_of(store, tmp_path, ROUTES.replace("{desk: night}", "{hold: night}").replace("\nroute:", f"\n{away}"))
    told = {"chat": 0, "mail": 0}
    for hours in range(0, 96, 6):
        desk.at(NOON + hours * HOUR)
        if hours < 48:
            desk.news(f"report-{hours}")
        desk.run()
        desk.at(desk.now + MINUTE).run()
        for name, message in desk.post.take():
            told[name] += 1
            if name == "chat":
                assert desk.now.astimezone(ZoneInfo("Asia/Tbilisi")).date().isoformat() == "2026-11-25"
                assert all(f"report-{hour}?" in message.text for hour in range(0, 48, 6))
    assert told == {"chat": 1, "mail": 8}


def test_a_first_run_a_new_feed_and_a_new_rule_tell_nothing_of_what_was_there(store: SqlStore, tmp_path: Path) -> None:
    desk = desk_of(store, tmp_path, ROUTES)
    forever = datetime.max.replace(tzinfo=UTC)
    for name in ("first", "new"):
        there = [entry(f"{name}-{number}") for number in range(50)]
        poll(store, *there, of=feed(name), now=desk.now, backlog_before=forever)
        extract(store, now=desk.now)
        group(store, now=desk.now)
        match(store, rule("quakes", max_age=timedelta(days=30)), now=desk.now)
        desk.run()
    match(store, rule("newer", max_age=timedelta(days=30)), now=desk.now)
    for minutes in (1, 20, 90):
        desk.at(NOON + minutes * MINUTE).run()
    assert desk.post.take() == []
    ledger = store.journal.match_ledger()
    assert (ledger.matched, ledger.verdicts) == (100, {VerdictKind.HELD: 100})


def test_a_day_of_downtime_ends_with_one_message_of_what_waited_and_one_of_what_was_missed(
    store: SqlStore, tmp_path: Path
) -> None:
    desk = desk_of(store, tmp_path, ROUTES.replace("{desk: night}", "{hold: night}"))
    for number in range(15):
        desk.news(f"before-{number}", name=f"rule-{number}")
    desk.run()  # decided, and the machine stops before the first message is due
    desk.at(NOON + 24 * HOUR)
    for number in range(15):
        desk.news(*(f"missed-{number}-{more}" for more in range(4)), name=f"rule-{number}", late_before=desk.now - HOUR)
    for _ in range(40):
        desk.run()
        desk.at(desk.now + MINUTE)
    waited, missed = desk.to("chat")
    assert "late: due 24 h ago" in waited.title
    assert all(f"before-{number}?" in waited.text for number in range(15))
    assert "60 alerts" in missed.title
    assert all(f"missed-{number}-{more}?" in missed.text for number in range(15) for more in range(4))
    assert store.alerts.balance().closes
