"""`wirewatch search` over a real archive: what a person and a script get."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli.app import app
from storage.store import open_store
from tests.storage.samples import NOW, content, entry, poll

TEXTS = {
    "road": ("Convoy on the Lachin road", "A convoy of ten trucks passed \x1b[31mthe Lachin corridor."),
    "film": ("Film festival", "The festival opens in Lachin."),
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "alert_rules").mkdir()
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        poll(store, *map(entry, TEXTS), now=NOW)
        for page in store.articles.pages_due(NOW, 9):
            title, body = TEXTS[str(page.entry.url).rpartition("/")[2]]
            store.articles.save_text(page, content(title, body), NOW, try_again_at=None)
    return tmp_path


def search(home: Path, *arguments: str) -> Result:
    desk = {
        "WIREWATCH_DESK": str(home / "alert_rules"),
        "WIREWATCH_HOME": str(home),
        "WIREWATCH_DATABASE_URL": f"sqlite:///{home / 'store.db'}",
    }
    return CliRunner(env=desk).invoke(app, ["search", *arguments])


def test_a_person_sees_when_who_and_where_with_hits_marked(home: Path) -> None:
    answer = search(home, "lachin convoy")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.splitlines() == [
        "2026-11-22 11:30 UTC · Tufa · English · article 2",
        "*Convoy* on the *Lachin* road",
        "    A *convoy* of ten trucks passed [31mthe *Lachin* corridor.",
        "    https://tufa.example/road?from=rss",
        "",
    ]
    assert "the 1 newest are shown; --limit shows more" in search(home, "lachin", "--limit", "1").stderr


def test_a_script_gets_a_line_an_article(home: Path) -> None:
    [line] = search(home, "festival", "--json").stdout.splitlines()
    found = json.loads(line)
    assert (found["title"], found["outlet"], found["latest"]) == ("Film festival", "Tufa", True)
    assert found["quotes"] == ["The festival opens in Lachin."]
    assert [hit["text"] for hit in found["hits"]] == ["festival", "festival"]
    assert search(home, "zzz", "--json").stdout == ""
    assert search(home, "zzz").stderr == "nothing found\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("lachin", "--from", "2026-11-22", "--to", "2026-11-22"), 2),
        (("lachin", "--to", "2026-11-21"), 0),
        (("lachin", "--feed", "tufa"), 2),
        (("lachin", "--language", "hy"), 0),
    ],
)
def test_a_search_is_narrowed(home: Path, arguments: tuple[str, ...], expected: int) -> None:
    assert len(search(home, *arguments, "--json").stdout.splitlines()) == expected


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("(lachin",), "a bracket is not closed"),
        (("lachin", "--feed", "tuf"), "did you mean `tufa`?"),
        (("-x",), "No such option"),
    ],
)
def test_what_is_wrong_is_one_line(home: Path, arguments: tuple[str, ...], told: str) -> None:
    answer = search(home, *arguments)
    assert answer.exit_code != 0
    assert told in f"{answer.exception} {answer.stderr}"
