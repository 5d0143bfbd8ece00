"""The JSON schemas: what is shipped, what an editor shows, and that an independent validator agrees with the loader."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from pipelines.cli.rules_schema import TITLES, schema_of
from pipelines.desk_files.reading import read
from pipelines.errors import DeskFileError
from pipelines.rules.sources import read_sources

ROOT = Path(__file__).parents[3]
DESK = ROOT / "alert_rules"
DEMO = ROOT / "pipelines" / "demo" / "desk"
BAD = ROOT / "tests" / "data" / "rules" / "bad"

# Bad files that no schema can catch: they are no YAML at all, or what is wrong is a word, a name or an expression.
WORDS = {
    "bad-again-when", "bad-expression", "duplicate-id", "empty-term", "fuzzy", "history-of-a-rule-that-is-there",
    "leading-wildcard", "matches-everything", "reserved-group-name", "short-wildcard", "term-without-a-word",
    "twenty-thousand-brackets", "unknown-group-in-a-test", "unknown-group", "unknown-list", "wildcard-inside",
    "re-capital", "re-look-around", "re-only", "re", "empty-pattern", "pattern-of-anything", "when-folded",
    "comment-in-a-text", "when-block", "when-quoted", "when-unclosed", "when-empty", "not-only", "score-not-reached",
    "score-of-nothing", "n-of-too-many",
    "all-of-nothing", "near-without-words", "near-of-a-near", "before-less-than-none", "distinct-of-none",
    "unless-of-an-unknown-group", "group-name-with-a-space", "two-rules-of-one-history", "review-by-no-day",
    "wildcard-of-combining-marks", "wildcard-without-spaces",
    "lists-circle", "lists-unknown", "lists-wildcard", "lists-in-except", "volume",
    "volume-of-nothing-said", "volume-both-ways", "volume-baseline-too-short",
}  # fmt: skip


@cache
def validator(kind: str) -> Draft7Validator:
    schema = json.loads((DESK / f"{kind}.schema.json").read_text(encoding="utf-8"))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def kind_of(path: Path) -> str:
    return path.stem if path.stem in TITLES else "rules"


@pytest.mark.parametrize("kind", TITLES)
def test_what_is_shipped_is_what_the_records_say(kind: str) -> None:
    shipped = json.loads((DESK / f"{kind}.schema.json").read_text(encoding="utf-8"))
    assert shipped == schema_of(kind), "run `wirewatch rules schema --write alert_rules`"


GOOD = sorted([*DESK.rglob("*.yaml"), *DEMO.glob("*.yaml")])


@pytest.mark.parametrize("path", GOOD, ids=lambda path: str(path.relative_to(ROOT)))
def test_good_files_are_valid(path: Path) -> None:
    assert [error.message for error in validator(kind_of(path)).iter_errors(read(path).data)] == []


def test_every_rule_file_of_the_desk_is_among_them() -> None:
    assert {source.path for source in read_sources(DESK).all} <= set(GOOD)


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_bad_files_are_invalid_where_a_schema_can_say_so(path: Path) -> None:
    try:
        data = read(path).data
    except DeskFileError:
        return  # no YAML: the editor says so by itself
    kind = "lists" if path.stem.startswith("lists-") else "rules"
    assert validator(kind).is_valid(data) == (path.stem in WORDS)


def keys_of(schema: Any) -> list[tuple[str, Any]]:
    """Every key that a schema knows, with its own schema."""
    if isinstance(schema, list):
        return [found for part in schema for found in keys_of(part)]
    if not isinstance(schema, dict):
        return []
    here = schema.get("properties")
    named = list(here.items()) if isinstance(here, dict) and "type" in schema else []
    return named + [found for part in schema.values() for found in keys_of(part)]


@pytest.mark.parametrize("kind", TITLES)
def test_an_editor_shows_a_text_for_every_key(kind: str) -> None:
    keys = keys_of(schema_of(kind))
    assert len(keys) > 4
    assert [name for name, part in keys if not part.get("description")] == [], "give it one in desk_files/hover.py"


@pytest.mark.parametrize("kind", TITLES)
def test_an_unknown_key_and_an_empty_file_are_invalid(kind: str) -> None:
    assert not validator(kind).is_valid({"version": 1, "ruels": []})
    assert not validator(kind).is_valid(None)
