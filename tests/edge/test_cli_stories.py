"""`wirewatch stories group`: JSON lines in, JSON lines out, with nothing but the files it is given."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli.app import app

STORY = "The dam above the town gave way at noon on Sunday. The lower streets were empty by then, and nobody was hurt."
OTHER = "A swan on the rails held up the harbour tram for an hour before a child led it away with a piece of bread."
OWN = "A bakery opened at the market of Orla with a queue around the corner, its owner Mira Toll told a reporter."


def run(*arguments: str, text: str | None = None) -> Result:
    """The command in this process."""
    return CliRunner().invoke(app, ["stories", "group", *arguments], input=text)


def lines(*articles: dict[str, object]) -> str:
    """Articles as JSON lines."""
    return "".join(f"{json.dumps(article)}\n" for article in articles)


def answers(result: Result) -> list[dict[str, object]]:
    """What stdout holds."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_line_an_article_in_input_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    one.write_text(lines({"id": "a", "text": STORY}, {"id": 7, "title": "Swan", "text": OTHER}))
    two.write_text(lines({"id": "b", "title": "Dam", "text": STORY}))
    result = run(str(one), str(two))
    assert result.exit_code == 0
    assert result.stderr == ""
    first = "first of its story"
    assert answers(result) == [
        {"id": "a", "story_id": "a", "similarity": 1.0, "reason": first, "related": []},
        {"id": 7, "story_id": 7, "similarity": 1.0, "reason": first, "related": []},
        {"id": "b", "story_id": "a", "similarity": 1.0, "reason": "the same text", "related": []},
    ]


def test_what_a_source_repeats_on_several_days_weighs_nothing() -> None:
    background = f"{STORY} {OTHER} Both were on the front page for a week, and are told again whenever the river rises."
    told = [
        {"id": name, "source": "Tufa", "published": f"2026-03-0{day}", "text": f"{own}\n{background}"}
        for day, (name, own) in enumerate({"bakery": OWN, "strike": OWN.replace("bakery", "strike")}.items(), 2)
    ]
    echo = {"id": "echo", "source": "Basalt", "published": "2026-03-03", "text": OWN}
    found = answers(run("-", text=lines(*told, echo)))
    assert [one["story_id"] for one in found] == ["bakery", "strike", "bakery"]
    assert found[2]["reason"] == "the same text"
    undated = [{**one, "published": None} for one in told]
    assert "the same text" not in {one["reason"] for one in answers(run("-", text=lines(*undated, echo)))}


def test_stdin_and_text_of_any_script() -> None:
    story = "Պատվարը տեղի տվեց կիրակի կեսօրին, ստորին փողոցներն արդեն դատարկ էին, և ոչ ոք չտուժեց։"
    result = run("-", text=lines({"id": "ա", "text": story}, {"id": "բ", "text": story.upper()}))
    assert [answer["story_id"] for answer in answers(result)] == ["ա", "ա"]
    assert '"ա"' in result.stdout


@pytest.mark.parametrize(
    ("first", "second", "days", "joined"),
    [
        ("2026-03-01", "2026-03-05", "7", True),
        ("2026-03-01", "2026-03-09", "7", False),
        ("2026-03-09", "2026-03-01", "7", False),
        ("2026-03-09", "2026-03-01", "30", True),
        (None, "2026-03-01", "7", True),
        ("2026-03-01", None, "7", True),
        ("0001-01-01", "9999-12-31", "7", True),
    ],
)
def test_the_window_is_of_the_articles_own_dates(
    first: str | None, second: str | None, days: str, joined: bool
) -> None:
    text = lines({"id": 1, "text": STORY, "published": first}, {"id": 2, "text": STORY, "published": second})
    result = run("--days", days, "-", text=text)
    assert [answer["story_id"] for answer in answers(result)] == [1, 1 if joined else 2]


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "day.jsonl"
    file.write_text(lines({"id": 1, "text": STORY}) + "{broken\n" + lines({"id": 2, "text": STORY}))
    result = run(str(file), str(tmp_path / "missing.jsonl"))
    assert result.exit_code == 1
    assert [answer["story_id"] for answer in answers(result)] == [1, 1]
    assert f"{file}:2: error: not JSON" in result.stderr
    assert "missing.jsonl: error:" in result.stderr


def test_no_file_is_a_question_of_usage() -> None:
    assert run().exit_code == 2


def test_needs_no_installation(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli.app", "stories", "group", "-"],
        input=lines({"id": 1, "text": STORY}),
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["story_id"] == 1
    assert not list(tmp_path.iterdir())


def test_the_overview_loads_no_comparison() -> None:
    program = "import sys, pipelines.cli.stories; sys.exit('rapidfuzz' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
