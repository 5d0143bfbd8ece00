"""What a desk is told afterwards: late, at a silence's end, of volumes past a limit, of corrections and take-downs."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.alerts import Finding, Silence
from pipelines.policy import Counted, Limit, Volume
from pipelines.protocols import Response
from pipelines.states import AlertReason, RuleId, RuleStatus, Severity, VerdictKind
from pipelines.visits import Change, ChangeKind
from storage.store import SqlStore
from tests.storage.desk import HOUR, MINUTE, NOON, ROUTES, Desk
from tests.storage.samples import content, match, rule

HALF_AN_HOUR = 30 * MINUTE
GONE = Change(kind=ChangeKind.TAKEN_DOWN, reason="HTTP 410, 3 times")


@pytest.fixture
def desk(store: SqlStore, tmp_path: Path) -> Desk:
    (tmp_path / "routes.yaml").write_text(ROUTES.replace("{desk: night}", "{hold: night}"), encoding="utf-8")
    return Desk(store, tmp_path)


def silence(desk: Desk, lasting: timedelta = 4 * HOUR, **selector: str) -> Silence:
    """A silence from the desk's now on."""
    until = desk.now + lasting
    wanted = Silence(silence_id=0, selector=selector, who="nino", why="known", starts_at=desk.now, until=until)
    return desk.store.silences.add(wanted)


def look(desk: Desk, *changes: Change, title: str | None = None) -> None:
    """A look at every page that is due: what was found, and a new text where `title` is given."""
    for visit in desk.store.visits.due(desk.now, 10):
        text = None if title is None else content(title, "Nothing shook.")
        desk.store.visits.done(visit, desk.now, text=text, share=0.0, changes=changes, gone=3, again=None)


# --- late ------------------------------------------------------------------------------------------------------------


def test_a_day_off_comes_as_one_late_message_of_all_rules(desk: Desk) -> None:
    desk.at(NOON + 24 * HOUR)
    for number in range(12):
        desk.news(*(f"report-{number}-{more}" for more in range(5)), name=f"rule-{number}", late_before=desk.now - HOUR)
        desk.run()
        desk.at(desk.now + MINUTE)
    assert desk.post.take() == []
    desk.at(desk.now + 5 * MINUTE).run()
    [message] = desk.to("chat")
    assert "60 alerts" in message.title
    assert "late: found after its feed was not read for hours" in message.title
    assert all(f"tufa.example/report-{number}-{more}?" in message.text for number in range(12) for more in range(5))
    desk.news("straggler", name="rule-3", late_before=desk.now)
    for _ in range(20):
        desk.at(desk.now + HALF_AN_HOUR).run()
    assert len(desk.to("chat")) == 1
    assert desk.store.alerts.balance().closes


def test_what_is_older_than_its_rule_wants_is_late_and_counts_against_no_limit(desk: Desk) -> None:
    desk.at(NOON + 72 * HOUR).news(*(f"old-{number}" for number in range(30)), max_age=48 * HOUR)
    desk.run()
    desk.at(desk.now + HALF_AN_HOUR).run()
    [message] = desk.to("chat")
    assert "late: older than 48 h" in message.title
    desk.news("new", max_age=30 * 24 * HOUR, name="quakes")
    desk.run()
    desk.at(desk.now + MINUTE).run()
    assert [one.title for one in desk.to("chat")] == ["A31 · Earthquakes"]
    assert desk.store.journal.match_ledger().undecided == 0


def test_what_is_urgent_does_not_wait_for_the_late_message(desk: Desk) -> None:
    desk.news("one", severity=Severity.URGENT, late_before=desk.now + HOUR)
    desk.run()
    assert [one.title for one in desk.to("chat")] == ["URGENT · A1 · Earthquakes"]


# --- silences --------------------------------------------------------------------------------------------------------


def test_what_a_silence_swallowed_is_counted_and_told_at_its_end(desk: Desk) -> None:
    made = silence(desk, rule="quakes")
    for number in range(20):
        desk.at(NOON + number * MINUTE).news(f"report-{number}")
        desk.run()
    [row] = desk.store.silences.all(desk.now)
    assert row.swallowed == 20
    desk.at(NOON + 3 * HOUR).run()
    assert desk.post.take() == []
    desk.at(made.until).run()
    [message] = desk.to("chat")
    assert message.title == "20 alerts · Earthquakes · swallowed by silence S1 of nino (rule=quakes): known"
    assert all(f"tufa.example/report-{number}?" in message.text for number in range(20))
    desk.at(made.until + HOUR).run()
    assert desk.post.take() == []
    assert desk.store.alerts.balance().closes


def test_a_silence_ended_by_hand_tells_with_the_next_run(desk: Desk) -> None:
    made = silence(desk, rule="quakes")
    desk.at(NOON + MINUTE).news("one")
    desk.run()
    ended = desk.store.silences.end(made.silence_id, NOON + HOUR)
    assert ended
    assert ended.swallowed == 1
    assert desk.store.due_work(NOON + HOUR).deliveries == 1
    desk.at(NOON + HOUR).run()
    [message] = desk.to("chat")
    assert "swallowed by silence S1" in message.title
    assert desk.store.silences.end(made.silence_id, NOON + HOUR) is None


def test_a_silence_that_ends_in_the_night_is_told_in_the_morning(desk: Desk) -> None:
    (desk.folder / "routes.yaml").write_text(ROUTES.replace("{desk: night}", "{desk: science}"), encoding="utf-8")
    silence(desk, 8 * HOUR, rule="quakes")  # until midnight in Tbilisi
    desk.at(NOON + MINUTE).news("one")
    desk.run()
    desk.at(NOON + 9 * HOUR).run()
    assert desk.post.take() == []
    desk.at(NOON + 16 * HOUR).run()
    [message] = desk.to("chat")
    assert "swallowed by silence S1" in message.title


def test_nobody_is_woken_for_what_a_silence_swallowed(desk: Desk) -> None:
    silence(desk, severity="urgent")
    desk.at(NOON + MINUTE).news("one", severity=Severity.URGENT)
    desk.run()
    for hours in (1, 4, 5):
        desk.at(NOON + hours * HOUR).run()
    assert [name for name, _ in desk.post.take()] == ["chat"]


# --- volumes ---------------------------------------------------------------------------------------------------------


def test_a_volume_past_its_limit_or_in_a_silence_is_told_in_a_summary(desk: Desk) -> None:
    volume = Volume(of=(RuleId("quakes"),), count=Counted.STORIES, window=HOUR, at_least=2)
    surge = rule("surge", volume=volume, limit=Limit(alerts=1, per=HOUR), status=RuleStatus.LIVE)
    desk.store.matches.sync_rules([surge], NOON)

    def found(number: int) -> None:
        end = NOON + number * MINUTE
        one = Finding(
            rule=surge, subject=f"volume:{number}", starts_at=end - HOUR, ends_at=end, number=7, usual=None, why="much"
        )
        desk.store.volumes.save(one, surge, end + HOUR, desk.now)
        desk.run()

    for number in range(4):
        desk.at(NOON + number * MINUTE)
        found(number)
    silence(desk, rule="surge")
    desk.at(NOON + 90 * MINUTE)
    found(90)
    messages = desk.to("chat")
    assert [one.title for one in messages] == [
        "A1 · Earthquakes",
        "A2, A3, A4 · Earthquakes · past the limit of 1 alert in 1 h",
    ]
    desk.at(NOON + 5 * HOUR).run()
    [swallowed] = desk.to("chat")
    assert "swallowed by silence S1" in swallowed.title


# --- corrections and take-downs --------------------------------------------------------------------------------------


def told_of_one(desk: Desk, **facts: object) -> None:
    """One article that the chat was told of, and an hour gone by."""
    desk.news("one", **facts)  # type: ignore[arg-type]  # what Desk.news takes
    desk.run()
    desk.at(NOON + MINUTE).run()
    assert len(desk.to("chat")) == 1
    desk.at(NOON + HOUR)


def test_a_take_down_reaches_all_who_got_the_original_past_silence_limit_and_age(desk: Desk) -> None:
    told_of_one(desk, max_age=2 * HOUR)
    silence(desk, 9 * HOUR, rule="quakes")
    (desk.folder / "routes.yaml").write_text(
        ROUTES.replace("to: chat\n  gather", "to: ops\n  gather"), encoding="utf-8"
    )
    desk.at(NOON + 8 * HOUR)
    look(desk, GONE)
    assert desk.store.due_work(desk.now).backlog == 1
    desk.run()
    [(receiver, message)] = desk.post.take()
    assert receiver == "chat"
    assert message.title == "UPDATE to A1 (sent 22 Nov 16:01) · TAKEN DOWN: HTTP 410, 3 times · A2 · Earthquakes"
    assert "taken down: HTTP 410, 3 times" in message.text
    assert "https://tufa.example/one?from=rss" in message.text
    desk.at(desk.now + HOUR).run()
    assert desk.post.take() == []
    assert desk.store.due_work(desk.now).backlog == 0


def test_a_take_down_of_what_still_waits_goes_out_with_it(desk: Desk) -> None:
    desk.news("one", severity=Severity.LOW)
    desk.run()
    desk.at(NOON + HOUR)
    look(desk, GONE)
    desk.run()
    assert desk.post.take() == []
    desk.at(NOON + 16 * HOUR).run()
    [message] = desk.to("mail")
    assert "TAKEN DOWN" in message.title
    assert "A1, A2" in message.title


def test_a_correction_after_which_the_rule_matches_no_more_is_told(desk: Desk) -> None:
    told_of_one(desk)
    look(desk, Change(kind=ChangeKind.CORRECTED, reason="headline changed"), title="No quake at all")
    desk.run()
    assert desk.post.take() == []  # the new text waits for the rules
    [revision] = desk.store.matches.unmatched(10)
    desk.store.matches.save_matches([revision.revision_id], [], desk.now)
    desk.run()
    [message] = desk.to("chat")
    assert "CORRECTED" in message.title
    assert "corrected: headline changed" in message.text


def test_a_correction_that_a_match_told_is_told_once(desk: Desk) -> None:
    told_of_one(desk)
    reasons = [Change(kind=ChangeKind.CORRECTED, reason=why) for why in ("headline changed", "a sentence changed")]
    look(desk, *reasons, title="Two quakes")
    desk.news()
    desk.run()
    desk.at(desk.now + MINUTE).run()
    [message] = desk.to("chat")
    assert "CORRECTED" in message.title
    reasons_told = [row.detail.alert.reason for row in desk.store.journal.alerts(10)]
    assert reasons_told == [AlertReason.CORRECTED, AlertReason.FIRST]


def test_of_an_article_that_nobody_was_told_of_no_change_is_told(desk: Desk) -> None:
    told_of_one(desk)
    desk.post.take()
    [row] = desk.store.journal.articles(1)
    assert row.member
    desk.news("reprint", into=row.member.story_id)
    desk.run()
    [answer] = desk.store.journal.articles(1)[0].answers
    assert answer.verdicts[0].kind is VerdictKind.HELD
    for visit in desk.store.visits.due(desk.now + HOUR, 10):
        changes = [GONE] if visit.page.article.url.endswith("reprint") else []
        desk.store.visits.done(visit, desk.now, text=None, share=0.0, changes=changes, gone=3, again=None)
    desk.run()
    assert desk.post.take() == []
    assert desk.store.due_work(desk.now).backlog == 0


@pytest.mark.parametrize(("extractor", "told"), [("", True), ("another", False)])
def test_only_texts_of_one_extractor_are_compared(desk: Desk, extractor: str, told: bool) -> None:
    told_of_one(desk)
    desk.post.take()
    [visit] = desk.store.visits.due(desk.now + HOUR, 10)
    text = replace(content("The quake that was not", "Nothing shook."), extractor=extractor)
    answer = Response(url="https://tufa.example/quake", status=200, body=b"<p>Nothing shook.</p>")
    desk.store.visits.done(visit, desk.now, text=text, share=None, changes=(), gone=0, again=desk.now, answer=answer)
    [revision] = match(desk.store, rule(), now=desk.now)
    assert revision.content.extractor == extractor
    desk.run()
    assert ["CORRECTED" in message.title for message in desk.to("chat")] == [True] * told
    [visit] = desk.store.visits.due(desk.now, 10)
    assert visit.known.extractor == extractor
    assert [one.body for one in desk.store.visits.copies([visit]).values()] == [answer.body]


def test_a_change_stored_twice_makes_one_alert(desk: Desk) -> None:
    told_of_one(desk)
    look(desk, GONE, replace(GONE, reason="HTTP 404, 3 times"))
    desk.run()
    desk.run()
    assert len(desk.to("chat")) == 1
    assert len(desk.store.journal.alerts(10)) == 2
