"""What owners hear of their rules: live and what the edit did, or refused and why; on both databases."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.going_live import GoingLive
from pipelines.live_rules import LiveRules
from pipelines.steps.progress import Budget
from storage.store import SqlStore
from tests.storage.samples import NOW, entry, extract, group, poll
from tests.storage.test_live_rules import Desk

DAY = timedelta(days=1)
RULES = """version: 1
rules:
  - id: quakes
    owner: science
    any: [quake]
    tests: [{article: {title: A quake}, expect: match}]
  - {id: floods, status: shadow, owner: science, any: [flood]}
"""


@dataclass
class Newsroom(Desk):
    """A desk whose owners are told."""

    def settle(self) -> list[tuple[str | None, str, tuple[str, ...]]]:
        """Load as a run does; what is told then: owner, title, lines."""
        going = GoingLive(self.store.archive, self.store.notices, lambda: "Asia/Tbilisi", Budget(self.now, 60))
        live = LiveRules(
            folder=self.folder,
            book=self.store.rulebook,
            clock=lambda: self.now,
            sleep=self.sleep,
            tell=going.tell,
        )
        rule_set = live.load()
        self.store.matches.sync_rules([one.rule for one in rule_set.rules], self.now)
        going.weekly(lambda: rule_set.rules)
        return self.heard()

    def heard(self) -> list[tuple[str | None, str, tuple[str, ...]]]:
        """What is due to be told, taken by its receiver."""
        told = self.store.notices.due(self.now + DAY)
        for notice in told:
            self.store.notices.told(notice, self.now)
        return [(one.owner, one.title, one.lines) for one in told]


@pytest.fixture
def desk(tmp_path: Path, store: SqlStore) -> Newsroom:
    """Two rules and an archive of three articles; the first look told nobody of the rules it found."""
    folder = tmp_path / "desk"
    folder.mkdir()
    for age, name in enumerate(("quake", "tremor", "flood"), 1):
        poll(store, entry(name), now=NOW - age * DAY)
        extract(store, now=NOW - age * DAY)
    group(store)
    made = Newsroom(folder, store).write(RULES)
    assert [title for _, title, _ in made.settle()] == ["a week in the shadow"]
    return made


def test_an_edit_is_told_with_what_it_gained(desk: Newsroom) -> None:
    desk.now += timedelta(minutes=1)
    desk.write(RULES.replace("any: [quake]", "any: [quake, tremor]"))
    expected = "quakes is live since 16:01; last 14 days 2 matches, 1 new by this edit; nothing older is sent"
    assert desk.settle() == [("science", "1 rule is saved", (expected,))]
    assert desk.settle() == []


def test_a_new_rule_a_draft_and_a_rule_that_is_gone_are_told_to_whom_they_concern(desk: Newsroom) -> None:
    desk.write(
        RULES.replace("  - {id: floods, status: shadow, owner: science, any: [flood]}\n", "")
        + "  - {id: water, status: draft, any: [flood]}\n  - {id: fire, any: [fire], backfill: 24h}\n"
    )
    assert desk.settle() == [
        (
            None,
            "2 rules are saved",
            (
                "water is a draft and tells nobody; last 14 days 1 match",
                "fire is live since 16:00; last 14 days 0 matches; texts of the last 24 h are looked at too",
            ),
        ),
        (None, "1 rule is retired", ("floods is in no file any more; `status: retired` says so on purpose",)),
    ]


def test_a_failing_edit_is_told_to_its_owner_once_and_so_is_its_mending(desk: Newsroom) -> None:
    desk.write(RULES.replace("any: [quake]", "any: [tremor]"))
    told = desk.settle()
    assert [(owner, title) for owner, title, _ in told] == [("science", "rules.yaml is not live as saved")]
    assert told[0][2][0].startswith("rules.yaml:6:13: test fails: expected match, not no_match")
    assert told[0][2][-1] == "Until this is mended and saved, the last good version runs of: quakes"
    assert desk.settle() == []
    desk.write(RULES.replace("any: [quake]", "any: [trem"))
    assert desk.settle()[0][2][0].startswith("rules.yaml:")
    desk.write(RULES)
    assert desk.settle() == [("science", "rules.yaml is well again", ("It runs as saved.",))]
    assert desk.settle() == []


def test_a_mended_edit_is_told_as_an_edit_alone(desk: Newsroom) -> None:
    desk.write(RULES.replace("any: [quake]", "any: [tremor]"))
    desk.settle()
    desk.write(RULES.replace("any: [quake]", "any: [quake, rain]"))
    [(_, title, lines)] = desk.settle()
    assert title == "1 rule is saved"
    assert "the same as before" in lines[0]


def test_rules_in_the_shadow_report_once_a_week_from_monday_morning_on(desk: Newsroom) -> None:
    assert desk.settle() == []
    desk.now += timedelta(hours=15, minutes=59)  # NOW is a Sunday, 16:00 in Tbilisi
    assert desk.settle() == []
    desk.now += timedelta(minutes=2)
    [(owner, title, lines)] = desk.settle()
    assert (owner, title) == ("science", "a week in the shadow")
    assert lines[0].startswith("floods: last 7 days 1 match, 1 alert if it were live")
    assert desk.settle() == []


def test_a_rule_of_another_name_is_compared_with_what_it_was(desk: Newsroom) -> None:
    desk.write(RULES.replace("id: quakes", "id: tremors\n    was: quakes"))
    lines = [line for _, _, told in desk.settle() for line in told]
    assert lines[0] == "tremors is live since 16:00; last 14 days 1 match, the same as before; nothing older is sent"
