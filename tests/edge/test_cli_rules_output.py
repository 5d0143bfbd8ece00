"""What the commands about rules print: word by word in a pipe, coloured on a terminal, as JSON, with what exit code."""

import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from pipelines.cli.rules import rules

LISTS = "version: 1\nlists:\n  places.lachin: {any: {en: [Lachin], ru: [лачин*, Лачин*]}}\n"
DESK = """version: 1
rules:
  - id: lachin
    title: Peacekeepers
    any: [{list: places.lachi}]
  - id: second
    owner: desk
    any: [Goris]
    tests:
      - {name: the road, article: {title: Goris}, expect: no_match}
      - {article: {title: Goris}, expect: match}
  - id: third
    terms: {place: {any: [one]}, force: {any: [two]}}
    when: >
      place and
      (force or forse)
"""
CHECKED = """lists.yaml:3:52: warning: `Лачин*` is there already: `лачин*`
rules.yaml:5:11: error: unknown list `places.lachi`; did you mean `places.lachin`?
rules.yaml:10:9: error: test 'the road' fails: expected no_match, not match by any (any: Goris)
rules.yaml:16:17: error: unknown group `forse`; did you mean `force`?
1 rule, 1 list, 2 tests: 3 errors, 1 warning
"""
TESTED = """rules.yaml:5:11: error: unknown list `places.lachi`; did you mean `places.lachin`?
rules.yaml:10:9: error: test 'the road' fails: expected no_match, not match by any (any: Goris)
rules.yaml:16:17: error: unknown group `forse`; did you mean `force`?
1 rule, 2 tests: 1 passed, 1 failed; 2 rules with faults
"""
TRANSLATED = """version: 1
rules:
  - id: road
    title: "title:lachin NEAR/5 (troops OR \\"armed men\\") -film site:rt.com"
    status: draft
    terms:
      lachin-in-title:
        any: [lachin]
        in: [title]
      troops:
        any: [troops, armed men]
      film:
        any: [film]
    when: near(lachin-in-title, troops, words=5)
    unless: film
"""
LOST = "not carried over: `site:rt.com`: say which feeds in feeds.yaml, and `scope: {feed_tags: [...]}`\n"
QUERY = 'title:lachin NEAR/5 (troops OR "armed men") -film site:rt.com'
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules.yaml").write_text(DESK, encoding="utf-8")
    (tmp_path / "lists.yaml").write_text(LISTS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, colour: bool = False) -> Result:
    return CliRunner().invoke(rules, list(arguments), color=colour)


@pytest.mark.parametrize(("command", "expected"), [("check", CHECKED), ("test", TESTED)])
def test_in_a_pipe_it_is_plain_and_not_wrapped(desk: Path, command: str, expected: str) -> None:
    result = run(command, ".")
    assert (result.output, result.exit_code) == (expected, 1)


@pytest.mark.parametrize(("command", "expected"), [("check", CHECKED), ("test", TESTED)])
def test_on_a_terminal_it_is_the_same_in_colour(desk: Path, command: str, expected: str) -> None:
    shown = run(command, ".", colour=True).output
    assert ESCAPE.sub("", shown) == expected
    assert "\x1b[31m\x1b[1merror" in shown
    assert shown.splitlines()[-1].startswith("\x1b[31m")


def test_a_long_message_stays_on_its_line(desk: Path) -> None:
    (desk / "rules.yaml").write_text(f"version: 1\nrules:\n  - {{id: r, any: [{'word ' * 100}ab*]}}\n")
    assert len(run("check", ".").output.splitlines()) == 3


def test_what_passes_leaves_0(desk: Path) -> None:
    good = "version: 1\nrules:\n  - {id: r, owner: x, any: [Goris], tests: [%s]}\n"
    tests = "{article: {title: Goris}, expect: match}, {article: {title: Snow}, expect: no_match}"
    (desk / "rules.yaml").write_text(good % tests)
    result = run("test", ".")
    assert (result.output, result.exit_code) == ("1 rule, 2 tests: 2 passed, 0 failed\n", 0)
    (desk / "rules.yaml").write_text(good % "{article: {title: Goris}, expect: match}")
    result = run("test", ".")
    assert (
        result.output.splitlines()[0] == "rules.yaml:3:10: warning: a live rule without a test with `expect: no_match`"
    )
    assert result.exit_code == 0


def test_a_file_that_is_not_read_is_told(desk: Path) -> None:
    (desk / "rules.yaml").rename(desk / "rules.yml")
    (desk / ".hidden.yml").touch()
    assert run("check", ".").output.splitlines()[1:] == [
        "rules.yml:1:1: warning: is not read: the name must end in .yaml",
        "0 rules, 1 list, 0 tests: 0 errors, 2 warnings",
    ]


def test_json_of_tests(desk: Path) -> None:
    document = json.loads(run("test", ".", "--json").output)
    faults = document.pop("faults")
    assert document == {
        "rules": 1,
        "tests": 2,
        "sequences": 0,
        "passed": 1,
        "failed": 1,
        "rules_with_faults": 2,
    }
    assert faults[1] == {
        "file": "rules.yaml",
        "line": 10,
        "column": 9,
        "level": "error",
        "text": "test 'the road' fails: expected no_match, not match by any (any: Goris)",
    }


def test_a_translated_query(desk: Path) -> None:
    result = run("new", "--from-boolean", QUERY, "--id", "road")
    assert (result.stdout, result.stderr, result.exit_code) == (TRANSLATED, LOST, 0)
    document = json.loads(run("new", "--from-boolean", QUERY, "--id", "road", "--json").stdout)
    assert document["rule"] == TRANSLATED
    assert len(document["lost"]) == 1


def test_a_new_rule_is_written_once_and_passes_the_check(desk: Path) -> None:
    (desk / "lists.yaml").unlink()
    for arguments in ((), ("--from-boolean", QUERY)):
        file = desk / f"new{len(arguments)}.yaml"
        result = run("new", *arguments, "--to", str(file))
        assert result.stdout == f"{file}: written; `wirewatch rules check {file}` reads it\n"
        checked = run("check", str(file))
        assert checked.output.splitlines()[-1].endswith("0 errors, 0 warnings"), checked.output
        again = run("new", "--to", str(file))
        assert "is there already" in str(again.exception)
        assert again.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from-boolean", "(a"), "--from-boolean: the query ends too early: a bracket is not closed"),
        (("--from-boolean", "NOT a"), "--from-boolean: the query names nothing to look for"),
        (("--id", "a b"), "--id: an id has letters, digits, - and _ only, not `a b`"),
        (("--to", "none/new.yaml"), "none/new.yaml: cannot write: No such file or directory"),
    ],
)
def test_what_new_refuses(desk: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run("new", *arguments)
    assert str(result.exception).startswith(message)
    assert result.exit_code == 1


def test_schemas_are_printed_and_written(desk: Path) -> None:
    whole = json.loads(run("schema").output)
    assert list(whole) == ["rules", "lists", "feeds", "routes"]
    assert json.loads(run("schema", "lists").output) == whole["lists"]
    assert run("schema", "--write", ".").output.split() == [f"{name}.schema.json" for name in whole]
    assert json.loads(run("schema", "rules", "--write", ".", "--json").output) == {"written": ["rules.schema.json"]}
    assert json.loads((desk / "rules.schema.json").read_text(encoding="utf-8")) == whole["rules"]
    assert "none/rules.schema.json: cannot write" in str(run("schema", "--write", "none").exception)


@pytest.mark.parametrize("command", rules.commands.values(), ids=lambda command: str(command.name))
def test_every_command_has_one_line_an_example_and_json(command: click.Command) -> None:
    text = command.help or ""
    assert re.fullmatch(r"[A-Z].{10,70}\.", text.splitlines()[0])
    assert f"Example: wirewatch rules {command.name}" in text
    assert any("--json" in parameter.opts for parameter in command.params)
    assert run(str(command.name), "--help").exit_code == 0
