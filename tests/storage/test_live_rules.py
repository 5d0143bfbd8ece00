"""Rules as they run: the last good version stays, whatever becomes of the files; on both databases."""

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines.alert_store import Dispatch
from pipelines.live_rules import SETTLED, LiveRules
from pipelines.model import Content, Judgement, Revision, Rule
from pipelines.rulebook import Look
from pipelines.rules.loader import RuleSet
from pipelines.rules.matcher import Matcher
from pipelines.states import AlertId, RuleStatus
from pipelines.steps.progress import Budget
from storage.store import SqlStore
from tests.storage.samples import NOW, a_match, alert, entry, extract, group, match, matched, poll, rule

LONG_AGO = 1_000_000_000
LISTS = "version: 1\nlists:\n  towns: {any: [Lachin, Shusha]}\n  rivers: {any: [Araks]}\n"
RULES = """version: 1
rules:
  - id: towns
    any: [{list: towns}]    # every town
    tests: [{article: {title: Lachin}, expect: match}]
  # the river
  - {id: river, any: [{list: rivers}]}
  - id: army
    any: [army]
"""


@dataclass
class Desk:
    """A desk's folder, a clock that moves when somebody sleeps, and the rules that run."""

    folder: Path
    store: SqlStore
    now: datetime = NOW
    slept: list[float] = field(default_factory=list)
    while_asleep: str | None = None

    def write(self, text: str, name: str = "rules.yaml", *, just_now: bool = False) -> "Desk":
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        stamp = self.now.timestamp() if just_now else LONG_AGO
        os.utime(path, (stamp, stamp))
        return self

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)
        if self.while_asleep is not None:
            self.write(self.while_asleep, just_now=True)

    @property
    def live(self) -> LiveRules:
        """As a fresh process has them."""
        return LiveRules(folder=self.folder, book=self.store.rulebook, clock=lambda: self.now, sleep=self.sleep)

    def load(self) -> RuleSet:
        """A load as the step does it, its rules stored too."""
        rule_set = self.live.load()
        self.store.matches.sync_rules([one.rule for one in rule_set.rules], self.now)
        return rule_set

    def messages(self, rule_set: RuleSet) -> list[str]:
        return [
            str(fault).replace(f"{self.folder}/", "").replace(str(self.folder), "desk") for fault in rule_set.faults
        ]


@pytest.fixture
def desk(tmp_path: Path, store: SqlStore) -> Desk:
    folder = tmp_path / "desk"
    folder.mkdir()
    made = Desk(folder, store).write(LISTS, "lists.yaml").write(RULES)
    assert running(made.load()) == {"towns", "river", "army"}
    return made


def running(rule_set: RuleSet) -> set[str]:
    return {one.rule_id for one in rule_set.rules}


def matching(rule_set: RuleSet, title: str) -> set[str]:
    return {one.rule.rule_id for one in Matcher(rule_set.rules).judge(Content(title=title), None)}


def test_files_that_do_not_change_are_looked_at_and_nothing_is_written(desk: Desk) -> None:
    assert not desk.live.due()
    before = desk.store.rulebook.look()
    assert desk.load().faults == ()
    assert (desk.store.rulebook.look(), desk.slept) == (before, [])


def test_a_file_that_cannot_be_read_leaves_its_last_good_version(desk: Desk) -> None:
    desk.write("version: 1\nrules:\n  - {id: army, any: [army]\n")
    assert desk.live.due()
    rule_set = desk.load()
    assert running(rule_set) == {"towns", "river", "army"}
    assert matching(rule_set, "Shusha army on the Araks") == {"towns", "river", "army"}
    assert "rules.yaml:1:1: warning: `towns`: its last good version runs until this is mended" in desk.messages(
        rule_set
    )
    assert desk.live.due()
    assert running(desk.load()) == {"towns", "river", "army"}


def test_one_bad_rule_stays_as_it_was_and_its_neighbours_change(desk: Desk) -> None:
    desk.write(RULES.replace("any: [army]", "any: [troops]").replace("any: [{list: rivers}]", "any: [ri*]"))
    rule_set = desk.load()
    assert matching(rule_set, "troops on the Araks") == {"river", "army"}
    assert [message for message in desk.messages(rule_set) if "river" in message] == [
        "rules.yaml:7:5: warning: `river`: its last good version runs until this is mended"
    ]
    desk.write(RULES)
    assert desk.load().faults == ()
    assert not desk.live.due()


def test_a_rule_whose_own_test_fails_stays_as_it_was(desk: Desk) -> None:
    desk.write(RULES.replace("any: [{list: towns}]", "any: [Goris]"))
    rule_set = desk.load()
    assert matching(rule_set, "Lachin and Goris") == {"towns"}
    assert any("test fails: expected match, not no_match" in message for message in desk.messages(rule_set))


def test_a_new_rule_does_not_run_before_its_tests_pass(desk: Desk) -> None:
    new = "  - {id: new, any: [snow], tests: [{article: {title: rain}, expect: match}]}\n"
    rule_set = desk.write(RULES + new).load()
    assert "new" not in running(rule_set)
    assert "rules.yaml:10:5: warning: `new`: does not run before its tests pass" in desk.messages(rule_set)
    assert "new" in running(desk.write(RULES + new.replace("rain", "snow")).load())


@pytest.mark.parametrize(
    "lists", ["version: 1\nlists: [", LISTS.replace("Shusha", "Sh*"), LISTS.replace("towns", "cities")]
)
def test_a_fault_in_lists_leaves_the_lists_as_they_were(desk: Desk, lists: str) -> None:
    rule_set = desk.write(lists, "lists.yaml").load()
    assert rule_set.faults
    assert matching(rule_set, "Shusha") == {"towns"}
    desk.write(LISTS.replace("Shusha", "Goris"), "lists.yaml")
    assert matching(desk.load(), "Shusha") == set()


def test_lists_that_no_standing_rule_was_good_with_are_dropped(desk: Desk) -> None:
    for town in ("Goris", "Sisian", "Kapan"):
        desk.write(LISTS.replace("Shusha", town), "lists.yaml").load()
    texts = {one.lists for one in desk.store.rulebook.standing().values() if one.rule_id == "towns"}
    assert texts == {LISTS.replace("Shusha", "Kapan")}


def test_a_rule_that_was_never_good_runs_without_the_faulty_terms_of_its_list(tmp_path: Path, store: SqlStore) -> None:
    made = Desk(tmp_path, store).write(LISTS.replace("Shusha", "Sh*"), "lists.yaml").write(RULES)
    assert matching(made.load(), "Lachin") == {"towns"}
    assert "towns" not in store.rulebook.standing()


def test_a_vanished_rule_is_retired(desk: Desk) -> None:
    rule_set = desk.write(RULES.partition("  - id: army")[0]).load()
    assert (running(rule_set), rule_set.faults) == ({"towns", "river"}, ())
    assert set(desk.store.rulebook.standing()) == {"towns", "river"}
    assert running(desk.write(RULES).load()) == {"towns", "river", "army"}


@pytest.mark.parametrize("mistyped", ["id: the army", "id: amry\n    when: army", "ids: army"])
def test_a_rule_whose_id_may_be_mistyped_stays(desk: Desk, mistyped: str) -> None:
    rule_set = desk.write(RULES.replace("id: army", mistyped)).load()
    assert running(rule_set) == {"towns", "river", "army"}
    assert running(desk.write(RULES.replace("id: army", "id: amry")).load()) == {"towns", "river", "amry"}


def test_a_rule_that_moves_to_another_file_stays(desk: Desk) -> None:
    kept, _, moved = RULES.partition("  - id: army")
    rule_set = desk.write(kept).write(f"version: 1\nrules:\n  - id: army{moved}", "sub/army.yaml").load()
    assert (running(rule_set), rule_set.faults) == ({"towns", "river", "army"}, ())


def test_no_rule_at_all_is_taken_for_a_mistake(desk: Desk) -> None:
    rule_set = desk.write("version: 1\nrules: []\n").load()
    assert running(rule_set) == {"towns", "river", "army"}
    assert desk.messages(rule_set) == [
        "desk:1:1: error: no rule is left: a desk without rules is taken for a mistake; to stop a rule, give it "
        "`status: retired`; the last good rules run"
    ]
    desk.now += timedelta(days=1)
    assert running(desk.load()) == {"towns", "river", "army"}


def test_when_most_rules_vanish_a_second_look_decides(desk: Desk) -> None:
    desk.write("version: 1\nrules:\n  - {id: army, any: [troops]}\n")
    rule_set = desk.load()
    assert matching(rule_set, "troops and army in Lachin") == {"towns", "army"}
    assert desk.messages(rule_set)[0].startswith("desk:1:1: error: only 1 of 3 rules are left")
    desk.now += timedelta(seconds=50)
    assert len(running(desk.load())) == 3
    desk.now += timedelta(seconds=10)
    assert (running(desk.load()), desk.load().faults) == ({"army"}, ())


def test_what_changes_between_two_looks_is_looked_at_again(desk: Desk) -> None:
    desk.write("version: 1\nrules:\n  - {id: army, any: [troops]}\n").load()
    desk.now += timedelta(seconds=61)
    assert len(running(desk.write("version: 1\nrules:\n  - {id: army, any: [tanks]}\n").load())) == 3
    assert running(desk.write(RULES).load()) == {"towns", "river", "army"}
    assert desk.store.rulebook.look().shrunken is None


def test_a_file_just_written_is_given_two_seconds(desk: Desk) -> None:
    changed = RULES.replace("any: [army]", "any: [troops]")
    rule_set = desk.write(changed, just_now=True).load()
    assert (matching(rule_set, "troops"), desk.slept) == ({"army"}, [SETTLED])


def test_a_file_caught_half_written_changes_nothing(desk: Desk) -> None:
    desk.write(RULES.partition("  - id: army")[0], just_now=True)
    desk.while_asleep = RULES.replace("any: [army]", "any: [troops]")
    rule_set = desk.load()
    assert matching(rule_set, "army troops") == {"army"}
    assert matching(rule_set, "troops") == set()
    assert "the files are being written" in desk.messages(rule_set)[0]
    desk.while_asleep = None
    desk.now += timedelta(seconds=SETTLED)
    assert matching(desk.load(), "troops") == {"army"}


def test_a_file_from_the_future_is_not_waited_for_for_ever(desk: Desk) -> None:
    desk.now -= timedelta(days=1)
    desk.write(RULES.replace("any: [army]", "any: [troops]"), just_now=True)
    desk.now -= timedelta(days=1)
    assert (matching(desk.load(), "troops"), desk.slept) == ({"army"}, [SETTLED])


def test_a_folder_that_is_gone_leaves_everything(desk: Desk) -> None:
    (desk.folder / "rules.yaml").unlink()
    assert len(running(desk.load())) == 3
    desk.folder.rename(desk.folder.parent / "elsewhere")
    rule_set = desk.load()
    assert len(running(rule_set)) == 3
    assert rule_set.faults


def told_in(dispatch: Dispatch, of: Rule) -> AlertId | None:
    """In which alert the rule told of the first story."""
    return dispatch.known(a_match(of), "story:1").told_in


def test_another_name_carries_the_history_on(store: SqlStore, tmp_path: Path) -> None:
    matched(store)
    (told,) = alert(store)
    made = Desk(tmp_path, store).write(f"version: 1\nrules:\n  - {{id: {rule().rule_id}, any: [x]}}\n")
    made.load()
    made.write(f"version: 1\nrules:\n  - {{id: tremors, was: {rule().rule_id}, any: [x]}}\n")
    assert (running(made.load()), made.load().faults) == ({"tremors"}, ())
    with store.alerts.dispatching(NOW) as dispatch:
        assert told_in(dispatch, rule("tremors")) == told
        assert told_in(dispatch, rule()) is None


def test_a_name_that_is_broken_leaves_the_old_one_running(desk: Desk) -> None:
    rule_set = desk.write(RULES.replace("id: army", "id: forces\n    was: army").replace("[army]", "[a*]")).load()
    assert "army" in running(rule_set)
    rule_set = desk.write(RULES.replace("id: army", "id: forces\n    was: army")).load()
    assert running(rule_set) == {"towns", "river", "forces"}


def judge(matcher: Matcher, revision: Revision) -> tuple[Judgement, ...]:
    return matcher.judge(revision.content, revision.article.tags)


def test_a_new_rule_looks_back_as_far_as_it_asks(desk: Desk) -> None:
    poll(desk.store, entry("quake"), entry("flood"))
    extract(desk.store)
    group(desk.store)
    match(desk.store, rule())
    rules = "".join(f"  - {{id: back-{hours}, any: [ground], backfill: {hours}h}}\n" for hours in (1, 24))
    desk.now += timedelta(hours=3)
    rule_set = desk.write(RULES + rules + "  - {id: from-now, any: [ground]}\n").load()
    assert desk.live.due()
    for _ in range(2):  # killed before the mark, it does the same again
        assert desk.live.look_back(desk.store.matches, rule_set, judge, Budget(desk.now, 60))
        with desk.store.alerts.dispatching(desk.now) as dispatch:
            found = [one.judgement.rule.rule_id for one in dispatch.undecided(10)]
        assert sorted(found) == ["back-24", "back-24", "quakes", "quakes"]
    assert not desk.live.due()


def test_time_that_runs_out_leaves_the_rest_for_the_next_run(desk: Desk) -> None:
    rule_set = desk.write(RULES + "  - {id: quakes, any: [quake], backfill: 24h}\n").load()
    assert not desk.live.look_back(desk.store.matches, rule_set, judge, Budget(NOW, 0))
    assert [one.rule_id for one in desk.store.rulebook.backfills()] == ["quakes"]


def test_a_match_of_a_rule_that_vanished_is_not_told(store: SqlStore, tmp_path: Path) -> None:
    made = Desk(tmp_path, store).write(f"version: 1\nrules:\n  - {{id: {rule().rule_id}, any: [x]}}\n")
    made.load()
    matched(store)
    made.write("version: 1\nrules:\n  - {id: other, any: [x]}\n").load()
    with store.alerts.dispatching(NOW) as dispatch:
        assert [one.judgement.rule.status for one in dispatch.undecided(10)] == [RuleStatus.RETIRED]


def test_the_book_of_an_empty_store(store: SqlStore) -> None:
    assert (store.rulebook.look(), dict(store.rulebook.standing()), store.rulebook.backfills()) == (Look(), {}, [])
