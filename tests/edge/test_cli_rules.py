"""`wirewatch rules check` and `wirewatch rules match`, as they are called."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli.rules import rules

RULES = """version: 1
rules:
  - id: movement
    owner: desk
    any: [Lachin]
    and_any: [peacekeep*]
    tests:
      - {article: {title: Peacekeepers in Lachin}, expect: match}
      - {article: {title: Lachin}, expect: no_match}
      - {sequence: [{at: 0m, article: {title: Lachin}, expect: none}]}
"""
FEEDS = "version: 1\nfeeds:\n  - {id: a, url: https://news.example/rss}\n"


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(rules, list(arguments), input=stdin)


def desk(folder: Path, text: str = RULES) -> Path:
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    (folder / "lists.yaml").write_text("version: 1\nlists: {a: {any: [one]}}\n", encoding="utf-8")
    return folder


def test_a_good_desk(tmp_path: Path) -> None:
    (desk(tmp_path) / "feeds.yaml").write_text(FEEDS)
    result = run("check", str(tmp_path))
    assert result.output == "1 rule, 1 list, 2 tests, 1 sequence: 0 errors, 0 warnings\n"
    assert result.exit_code == 0


def test_the_desk_is_found_without_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_DESK", str(desk(tmp_path)))
    assert run("check").exit_code == 0


def test_faults_stand_one_a_line_and_in_order(tmp_path: Path) -> None:
    text = (
        RULES + "  - {id: bad, any: [ab*]}\n  - {id: poor, any: [" + "word " * 60 + "no*]}\n  - {id: ok, any: [one]}\n"
    )
    (desk(tmp_path, text) / "feeds.yaml").write_text("version: 1\nfeeds: 7\n")
    (tmp_path / "routes.yaml").write_text("nothing: here\n")
    result = run("check", str(tmp_path))
    *lines, summary = result.output.splitlines()
    places = [line.split(": ")[0].removeprefix(f"{tmp_path}/") for line in lines]
    assert places[0].startswith("feeds.yaml:2:")
    assert "routes.yaml:1:1" in places
    assert places[-4:] == ["rules.yaml:11:21", "rules.yaml:12:22", "rules.yaml:13:10", "rules.yaml:13:10"]
    assert [line.split(": ")[1] for line in lines][-4:] == ["error", "error", "warning", "warning"]
    assert summary.startswith("2 rules, 1 list, 2 tests, 1 sequence: ")
    assert summary.endswith(", 2 warnings")
    assert result.exit_code == 1


def test_warnings_leave_the_exit_code_0(tmp_path: Path) -> None:
    result = run("check", str(desk(tmp_path, "version: 1\nrules:\n  - {id: r, any: [Lachin]}\n")))
    assert "0 errors, 2 warnings" in result.output
    assert result.exit_code == 0


def test_a_failing_inline_test_is_an_error(tmp_path: Path) -> None:
    result = run("check", str(desk(tmp_path, RULES.replace("expect: no_match", "expect: match"))))
    assert f"{tmp_path}/rules.yaml:9:9: error: test fails: expected match, not no_match" in result.output
    assert result.exit_code == 1


def test_one_file_is_checked(tmp_path: Path) -> None:
    (desk(tmp_path) / "feeds.yaml").write_text("version: 1\nfeeds: 7\n")
    assert run("check", str(tmp_path / "rules.yaml")).exit_code == 0
    assert run("check", str(tmp_path / "feeds.yaml")).exit_code == 1
    assert "cannot read: No such file" in run("check", str(tmp_path / "none.yaml")).output


def test_check_as_json(tmp_path: Path) -> None:
    document = json.loads(run("check", str(desk(tmp_path, RULES + "  - {id: a b, any: [x]}\n")), "--json").output)
    assert {key: document[key] for key in ("rules", "lists", "tests", "sequences", "errors", "warnings")} == {
        "rules": 1,
        "lists": 1,
        "tests": 2,
        "sequences": 1,
        "errors": 1,
        "warnings": 0,
    }
    assert document["faults"] == [
        {
            "file": f"{tmp_path}/rules.yaml",
            "line": 11,
            "column": 10,
            "level": "error",
            "text": "an id has letters (a to z), digits, - and _ only, not `a b`",
        }
    ]


def match(folder: Path, *articles: object) -> tuple[list[dict[str, object]], Result]:
    stdin = "".join(f"{article if isinstance(article, str) else json.dumps(article)}\n" for article in articles)
    result = run("match", "--rules", str(folder), "-", stdin=stdin)
    return [json.loads(line) for line in result.stdout.splitlines()], result


def test_articles_are_matched(tmp_path: Path) -> None:
    text = "A post near Laçhin.\nPeacekeepers left Lachin."
    found, result = match(
        desk(tmp_path),
        {"id": 1, "title": "Lachin", "text": text},
        {"id": "two", "title": "Peacekeepers", "text": None},
        {"id": 3, "title": "Other news", "text": "Nothing"},
        {"id": 4, "title": "Peacekeepers", "text": "Nothing"},
    )
    assert result.exit_code == 0
    assert [(row["id"], row["rule_id"], row["outcome"]) for row in found] == [
        (1, "movement", "match"),
        ("two", "movement", "partial"),
    ]
    hits = found[0]["hits"]
    assert hits == {
        "any": [
            {"field": "title", "start": 0, "end": 6, "text": "Lachin"},
            {"field": "body", "start": 12, "end": 18, "text": "Laçhin"},
            {"field": "body", "start": 38, "end": 44, "text": "Lachin"},
        ],
        "and_any": [{"field": "body", "start": 20, "end": 32, "text": "Peacekeepers"}],
    }


def test_address_and_source_are_looked_at_where_a_group_asks(tmp_path: Path) -> None:
    rule = "version: 1\nrules:\n  - {id: r, terms: {a: {any: [opinion], in: [url, source]}}, when: a}\n"
    found, _ = match(
        desk(tmp_path, rule),
        {"id": 1, "title": "x", "text": "y", "url": "https://a.example/opinion/1"},
        {"id": 2, "title": "x", "text": "y", "source": "The Opinion"},
        {"id": 3, "title": "Opinion", "text": "opinion"},
    )
    assert [row["id"] for row in found] == [1, 2]
    assert found[0]["hits"] == {"a": [{"field": "url", "start": 18, "end": 25, "text": "opinion"}]}


def test_good_rules_and_lines_go_on_beside_bad_ones(tmp_path: Path) -> None:
    good = {"id": 1, "title": "Peacekeepers in Lachin", "text": "x"}
    found, result = match(desk(tmp_path), "not json", good)
    assert ([row["id"] for row in found], result.exit_code) == ([1], 1)
    assert "-:1: error: not JSON" in result.stderr
    found, result = match(desk(tmp_path, RULES + "  - {id: bad, any: [ab*]}\n"), good)
    assert ([row["id"] for row in found], result.exit_code) == ([1], 1)
    assert f"{tmp_path}/rules.yaml:11:21: error: `ab*`: at least 3 letters" in result.stderr


def test_feed_tags_and_age_do_not_hinder_the_filter(tmp_path: Path) -> None:
    scope = "    scope: {feed_tags: [news], not_feed_tags: [sport], max_age: 1h}\n"
    rule = RULES.replace("    tests:", scope + "    tests:")
    found, _ = match(desk(tmp_path, rule), {"id": 1, "title": "Peacekeepers in Lachin", "published": "1999-01-01"})
    assert [row["outcome"] for row in found] == ["match"]
