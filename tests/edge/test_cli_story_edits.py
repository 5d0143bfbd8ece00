"""Stored stories shown, split and merged by people, in words and as JSON."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli.app import app
from pipelines.errors import StoryEditRefused
from pipelines.states import ArticleId, StoryId
from pipelines.steps.grouping import group_stories
from pipelines.steps.progress import Budget
from storage.store import open_store
from tests.storage.samples import NOW, content, entry, matched, poll


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An installation of three stories, the third gone into the first."""
    (tmp_path / "alert_rules").mkdir()
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with closing(open_store(url)) as store:
        matched(store, "quake", "tremor", "flood")
        with store.stories.grouping(NOW) as grouping:
            grouping.bridge(StoryId(1), [StoryId(3)], ArticleId(1))
    return {"WIREWATCH_DESK": str(tmp_path / "alert_rules"), "WIREWATCH_DATABASE_URL": url}


def run(environment: dict[str, str], *arguments: str) -> Result:
    """The command in this process."""
    return CliRunner().invoke(app, ["stories", *arguments], env=environment)


def test_show_names_members_carriers_and_who_did_what(environment: dict[str, str]) -> None:
    told = run(environment, "show", "3")
    assert told.exit_code == 0, told.output
    for words in ("Story 1 (story 3 went into it)", "Carriers: Tufa", "The quake", "The flood", "bridge by grouping"):
        assert words in told.stdout
    facts = json.loads(run(environment, "show", "1", "--json").stdout)
    assert (facts["story_id"], facts["merged"], len(facts["members"])) == (1, [3], 2)


def test_split_and_merge_say_what_became_of_it(environment: dict[str, str]) -> None:
    split = run(environment, "split", "3", "--who", "Ani", "--why", "another flood")
    assert split.stdout == "article 3 left story 1 and is story 4 now\n"
    assert "split by Ani: another flood" in run(environment, "show", "4").stdout
    merged = run(environment, "merge", "4", "2", "--why", "one text", "--json")
    assert json.loads(merged.stdout) == {"story_id": 2, "merged": 4}
    assert run(environment, "merge", "2", "1", "--why", "one text").stdout == "story 2 went into story 1\n"


def test_link_and_unlink_say_what_became_of_it(environment: dict[str, str]) -> None:
    linked = run(environment, "link", "1", "2", "--why", "one night")
    assert linked.stdout == "stories 1 and 2 are of one event now, that of story 1\n"
    assert "Perhaps the same event: story 2" in run(environment, "show", "1").stdout
    again = run(environment, "link", "1", "2", "--why", "one night")
    assert "of one event already: 1" in str(again.exception)
    left = run(environment, "unlink", "1", "2", "--who", "Ani", "--why", "two valleys")
    assert left.stdout == "story 2 left the event of story 1\n"
    told = run(environment, "show", "2").stdout
    assert "stories 1 and 2: unlink by Ani: two valleys" in told
    assert "Perhaps" not in told


def test_agencies_are_kept_and_shown(environment: dict[str, str]) -> None:
    assert "Credited" not in run(environment, "show", "2").stdout
    with closing(open_store(environment["WIREWATCH_DATABASE_URL"])) as store:
        poll(store, entry("fire"))
        for page in store.articles.pages_due(NOW, 1):
            text = content("The fire", "HOLM (Reuters) - The fire above Holm went out on Sunday.")
            store.articles.save_text(page, text, NOW, try_again_at=None)
        assert not group_stories(store.stories, budget=Budget(NOW, 60)).problems
    assert "Credited to: Reuters\n" in run(environment, "show", "4").stdout
    assert json.loads(run(environment, "show", "4", "--json").stdout)["credits"] == ["Reuters"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "99"), "no story 99"),
        (("split", "99", "--why", "x"), "no article 99"),
        (("split", "2", "--why", "x"), "alone in story 2 already"),
        (("merge", "1", "3", "--why", "x"), "one story already"),
        (("unlink", "1", "2", "--why", "x"), "of two events already"),
        (("link", "1", "99", "--why", "x"), "no story 99"),
    ],
)
def test_what_cannot_be_done_is_said(environment: dict[str, str], arguments: tuple[str, ...], words: str) -> None:
    refused = run(environment, *arguments)
    assert isinstance(refused.exception, StoryEditRefused)
    assert words in str(refused.exception)


def test_an_edit_wants_a_reason(environment: dict[str, str]) -> None:
    assert run(environment, "split", "3").exit_code == 2
