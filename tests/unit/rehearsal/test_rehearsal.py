"""Inline tests, played."""

from pathlib import Path

import pytest

from pipelines.rehearsal.inline_tests import run_tests
from tests.unit.rules.authoring import load

RULES = """version: 1
rules:
  - id: r
    status: {status}
    any: [Lachin]
    and_any: [army]
    scope: {{languages: [en], feed_tags: [news]}}
    tests:
      - {test}
"""


def failures(folder: Path, test: str, status: str = "live") -> list[str]:
    rule_set = load(folder, RULES.format(test=test, status=status))
    assert rule_set.faults == ()
    return [str(fault).removeprefix(f"{folder}/") for fault in run_tests(rule_set)]


@pytest.mark.parametrize(
    "test",
    [
        "{article: {title: The army in Lachin}, expect: match}",
        "{article: {title: The army, lead: In Lachin}, expect: match, hits: {any: [Lachin], and_any: [army]}}",
        "{article: {title: The army}, expect: no_match}",
        "{article: {title: The army}, expect: partial, hits: {any: []}}",
        "{article: {title: The army in Lachin, lang: ru}, expect: no_match}",
        "{article: {title: The army in Lachin, tags: [sport]}, expect: no_match}",
        "{article: {title: The army in Lachin, tags: [news]}, expect: match}",
        "{sequence: [{at: 0m, article: {title: The army in Lachin}, expect: alert}]}",
    ],
)
@pytest.mark.parametrize("status", ["live", "draft"])
def test_what_passes(tmp_path: Path, test: str, status: str) -> None:
    assert failures(tmp_path, test, status) == []


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("{article: {title: The army}, expect: match}", "test fails: expected match, not no_match"),
        (
            "{name: far, article: {title: The army in Lachin, lang: en}, expect: no_match}",
            "test 'far' fails: expected no_match, not match by any and and_any (and_any: army; any: Lachin)",
        ),
        ("{article: {title: Nothing}, expect: partial}", "test fails: expected partial, not no_match"),
        (
            "{article: {title: Army in Lachin}, expect: match, hits: {and_any: [army]}}",
            "test fails: expected `and_any` to hit army, not Army",
        ),
        (
            "{article: {title: Army in Lachin}, expect: match, hits: {and_any: []}}",
            "test fails: expected `and_any` to hit nothing, not Army",
        ),
    ],
)
def test_what_fails_is_named_at_its_place(tmp_path: Path, test: str, expected: str) -> None:
    assert failures(tmp_path, test) == [f"rules.yaml:9:9: error: {expected}"]
