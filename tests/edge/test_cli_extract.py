"""`wirewatch extract`: HTML files in, JSON lines out, with nothing but the files it is given."""

import json
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from pipelines.cli.app import app

PAGE = """<!DOCTYPE html><html lang="en"><head><title>Swan on the rails | News</title>
<meta property="article:published_time" content="2023-02-07T12:15:30+04:00">
<meta name="author" content="A. Writer"></head>
<body><h1>Swan on the rails</h1><article>
<p>A swan on the rails held up the harbour tram for an hour, until a child led it away with a piece of bread.</p>
<p>The driver had called the fire brigade, the vet and the mayor, in this order, and nobody had come, he said.</p>
</article></body></html>"""


def run(*arguments: str, text: str | None = None) -> Result:
    """The command in this process."""
    return CliRunner().invoke(app, ["extract", *arguments], input=text)


def test_one_line_a_file(tmp_path: Path) -> None:
    one, two = tmp_path / "one.html", tmp_path / "two.html"
    one.write_text(PAGE)
    two.write_text(PAGE.replace("Swan", "Duck"))
    result = run(str(one), str(two))
    assert result.exit_code == 0
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["title"] for row in rows] == ["Swan on the rails", "Duck on the rails"]
    assert list(rows[0]) == [
        "file",
        "url",
        "title",
        "text",
        "captions",
        "published",
        "authors",
        "language",
        "text_source",
        "reason",
        "seconds",
    ]
    assert rows[0]["file"] == str(one)
    assert rows[0]["url"] is None
    assert rows[0]["text"].startswith("A swan on the rails held up")
    assert rows[0]["text"].count("\n") == 1
    assert rows[0]["published"] == "2023-02-07T12:15:30+04:00"
    assert (rows[0]["authors"], rows[0]["language"], rows[0]["text_source"]) == (["A. Writer"], "en", "page")
    assert rows[0]["seconds"] > 0


def test_stdin_and_an_address_that_tells_the_date() -> None:
    undated = PAGE.replace("article:published_time", "something")
    result = run("--url", "https://news.example/2023/02/06/swan", "-", text=undated)
    row = json.loads(result.stdout)
    assert (row["file"], row["url"]) == ("-", "https://news.example/2023/02/06/swan")
    assert row["published"] == "2023-02-06"


def test_a_file_that_cannot_be_read_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = tmp_path / "good.html"
    good.write_text(PAGE)
    result = run(str(tmp_path / "none.html"), str(tmp_path), str(good))
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr.splitlines()[0] == f"{tmp_path / 'none.html'}: error: No such file or directory"
    assert len(result.stderr.splitlines()) == 2


def test_a_page_without_text_says_so(tmp_path: Path) -> None:
    empty = tmp_path / "empty.html"
    empty.write_bytes(b"")
    row = json.loads(run(str(empty)).stdout)
    assert (row["text"], row["title"], row["text_source"], row["published"]) == (None, None, "headline", None)


def test_a_page_that_takes_too_much_costs_its_own_line_alone(tmp_path: Path) -> None:
    names = [tmp_path / name for name in ("one.html", "huge.html", "two.html")]
    for path in names:
        path.write_text(PAGE)
    names[1].write_text("<p><b>a</b>" * 3_000_000)
    result = run(*map(str, names))
    assert result.exit_code == 1
    assert [json.loads(line)["file"] for line in result.stdout.splitlines()] == [str(names[0]), str(names[2])]
    assert result.stderr.startswith(f"{names[1]}: error: ")


def test_no_desk_is_needed_and_a_closed_pipe_is_silent(tmp_path: Path) -> None:
    pages = [tmp_path / f"{number}.html" for number in range(40)]
    for path in pages:
        path.write_text(PAGE + "<!-- -->" + PAGE.replace("A swan", "Another swan" * 200))
    command = f'"{sys.executable}" -m pipelines.cli.app extract {" ".join(map(str, pages))} | head -c 10'
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ('{"file": "', "")
