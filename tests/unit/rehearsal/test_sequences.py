"""Sequences of inline tests, played."""

from pathlib import Path

import pytest

from pipelines.rehearsal.inline_tests import run_tests
from tests.unit.rules.authoring import load

LIFE = """version: 1
rules:
  - id: movement
    status: draft
    terms:
      place: {any: [Lachin]}
      force: {any: [peacekeepers]}
      action: {any: [withdraw, shelling]}
    when: place or (place and force and action)
    story:
      once_per: story
      again_when: [sources >= 3, new_group(action), text_changed >= 40%]
      alert_afresh_after: 12h
    limit: {alerts: 3, per: 1h}
    labels: {region: caucasus}
    tests:
      - name: life
        sequence:
"""
VOLUME = """version: 1
rules:
  - {id: army, any: [army]}
  - {id: navy, any: [navy]}
  - id: surge
    volume: {of: [army, navy], count: stories, window: 2h, at_least: 3, times_usual: 3}
    tests:
      - sequence:
"""
QUIET = VOLUME.replace(
    "count: stories, window: 2h, at_least: 3, times_usual: 3", "count: articles, window: 6h, at_most: 0"
)


def failures(folder: Path, rules: str, *steps: str) -> list[str]:
    """What fails of the steps, each without its place's folder."""
    lines = "".join(f"          - {{{step}}}\n" for step in steps)
    rule_set = load(folder, rules + lines)
    assert rule_set.faults == (), [str(fault) for fault in rule_set.faults]
    return [str(fault).removeprefix(f"{folder}/") for fault in run_tests(rule_set)]


def step(at: str, expect: str, title: str = "Peacekeepers in Lachin", **more: str) -> str:
    """A step in flow style; `body`, `source`, `story`, `event` and `reason` besides."""
    body = f", body: {more.pop('body')}" if "body" in more else ""
    rest = "".join(f", {name}: '{value}'" for name, value in more.items())
    return f"at: {at}, article: {{title: {title}{body}}}, expect: {expect}{rest}"


LONG = "One two three four five six seven eight nine ten"


@pytest.mark.parametrize(
    "steps",
    [
        [
            step("0m", "alert", source="a.example", story="s1", reason="first"),
            step("5m", "held", source="b.example", story="s1", reason="once_per"),
            step("9m", "alert", "Peacekeepers withdraw from Lachin", story="s1", reason="new_group(action)"),
            step("10m", "held", "Peacekeepers withdraw from Lachin", story="s1"),
            step("11m", "none", "Nothing", story="s1"),
        ],
        [step("0m", "alert"), step("1m", "alert"), step("2m", "alert"), step("59m", "held", reason="limited")],
        [step("0m", "alert"), step("1m", "alert"), step("2m", "alert"), step("60m", "alert")],
        [
            step("0m", "alert", story="s1", event="e"),
            step("1m", "alert", story="s2", event="e"),
            step("2m", "held", story="s1", event="e"),
            step("3m", "alert", story="s3", event="e"),
            step("61m", "alert", story="s1", event="e", reason="sources >= 3"),
            step("62m", "held", story="s1", event="e"),
        ],
        [
            step("0m", "alert", story="s1"),
            step("11h", "held", story="s1"),
            step("22h", "held", story="s1"),
            step("34h", "alert", story="s1", reason="afresh"),
        ],
        [
            "at: 0m, silence: {region: caucasus, story: s1}, until: 30m",
            step("1m", "held", story="s1", reason="silence"),
            step("2m", "alert", story="s2"),
            step("30m", "held", story="s1", reason="once_per"),
            step("31m", "alert", story="s3", reason="first"),
        ],
        [
            step("0m", "alert", source="a.example", story="s1", body=LONG),
            "at: 1m, silence: {rule: movement}, until: 9h",
            step("2m", "alert", "Peacekeepers not in Lachin", source="a.example", story="s1", reason="corrected"),
            step("3m", "held", source="b.example", story="s2", reason="silenced"),
        ],
        [
            step("0m", "alert", source="a.example", story="s1", body=LONG),
            step("1m", "alert", source="a.example", story="s1", body="Other words", reason="text_changed >= 40%"),
            step("2m", "held", source="b.example", story="s1", body=LONG),
        ],
    ],
)
def test_a_story_lives_as_the_rule_says(tmp_path: Path, steps: list[str]) -> None:
    assert failures(tmp_path, LIFE, *steps) == []


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (
            [step("0m", "alert", story="s1"), step("5m", "alert", story="s1", reason="sources >= 3")],
            "20:72: error: test 'life' fails 5 min after its beginning: expected alert (sources >= 3), "
            "not held (once_per): already told in alert A1 for this story",
        ),
        (
            [step("2h", "held", "Shelling of Lachin"), step("3h", "held")],
            "19:68: error: test 'life' fails 2 h after its beginning: expected held, not alert (first): "
            "the first of this rule",
        ),
        (
            [step("90s", "alert", "Snow")],
            "19:55: error: test 'life' fails 1.5 min after its beginning: expected alert, not none: "
            "there is nothing to tell",
        ),
        (
            [step("0m", "alert", reason="afresh")],
            "19:72: error: test 'life' fails 0 min after its beginning: expected alert (afresh), not alert (first): "
            "the first of this rule",
        ),
    ],
)
def test_the_first_step_that_fails_is_named_with_what_came_and_why(
    tmp_path: Path, steps: list[str], expected: str
) -> None:
    assert failures(tmp_path, LIFE, *steps) == [f"rules.yaml:{expected}"]


@pytest.mark.parametrize(
    ("rules", "steps"),
    [
        (
            VOLUME,
            [
                step("0m", "none", "The army"),
                step("30m", "none", "The navy"),
                step("40m", "none", "Snow"),
                step("60m", "alert", "The army again", reason="volume"),
                step("61m", "none", "The army once more"),
            ],
        ),
        (VOLUME, [*(step(f"{hour}h", "none", "The army") for hour in range(9)), "at: 9h, expect: none"]),
        (VOLUME, [step(f"{number}m", "none", "The army", story="s") for number in range(9)]),
        (
            QUIET,
            [
                step("1h", "none", "The army"),
                "at: 6h, expect: none",
                "at: 7h, expect: alert",
                "at: 8h, expect: none",
                "at: 13h, expect: alert, reason: volume",
            ],
        ),
        (QUIET, ["at: 1h, silence: {rule: surge}, until: 9h", "at: 6h, expect: held, reason: silence"]),
    ],
)
def test_a_volume_is_judged_at_each_step(tmp_path: Path, rules: str, steps: list[str]) -> None:
    assert failures(tmp_path, rules, *steps) == []


@pytest.mark.parametrize(
    ("body", "place", "message"),
    [
        ("at: 5m, expect: alert", "10:7", "a step has either `article` with `expect`, or `silence` with `until`"),
        ("at: 5m, article: {title: x}", "10:7", "`expect` is missing: alert, held or none"),
        ("at: 5m, silence: {rule: r}", "10:7", "a silence needs an `until` that is later than its `at`"),
        ("at: 5m, silence: {rule: r}, until: 5m", "10:7", "a silence needs an `until` that is later than its `at`"),
        (
            "at: 5m, silence: {rule: r}, until: 9m, expect: held",
            "10:7",
            "`expect` does not belong to this kind of step",
        ),
        (
            "at: 5m, article: {title: x}, expect: none, reason: age",
            "10:7",
            "`reason` belongs to `expect: alert` or `expect: held`",
        ),
        ("at: 2m, article: {title: x}, expect: none", "10:12", "this step is earlier than the one before it"),
    ],
)
def test_a_step_that_makes_no_sense_is_named_at_its_place(tmp_path: Path, body: str, place: str, message: str) -> None:
    rules = (
        "version: 1\nrules:\n- id: r\n  any: [x]\n  tests:\n  - sequence:\n"
        "    - at: 3m\n      article: {title: x}\n      expect: alert\n    - "
    )
    [found] = [str(fault) for fault in load(tmp_path, f"{rules}{{{body}}}\n").faults]
    assert found.removeprefix(f"{tmp_path}/") == f"rules.yaml:{place}: error: {message}"
