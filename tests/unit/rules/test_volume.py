"""Too much or too little of what other rules match."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import Rule
from pipelines.policy import Counted, FeedScope, Volume
from pipelines.rules.volume import Answer, Count, counted, due_again, finding, judge, looks_back_to
from pipelines.states import ArticleId, OutletId, RuleId, RuleVersion, StoryId
from pipelines.volumes import FeedHealth, Sighting
from tests.unit.rules.authoring import load

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_AGO = NOW - 99 * DAY
SURGE = Volume(of=(RuleId("r"),), count=Counted.STORIES, window=2 * HOUR, at_least=3, times_usual=3, baseline=14 * DAY)
MUCH = Volume(of=(RuleId("r"),), count=Counted.STORIES, window=2 * HOUR, at_least=3)
QUIET = Volume(of=(RuleId("r"),), count=Counted.ARTICLES, window=72 * HOUR, at_most=0)
WELL = FeedHealth(language="en", tags=frozenset({"news"}), every=timedelta(minutes=5), failures=0, succeeded_at=NOW)
FAILING = replace(WELL, failures=1)


def seen(*ago: timedelta) -> list[Sighting]:
    """An article in a story of its own for each length of time before NOW."""
    return [
        Sighting(
            at=NOW - one,
            article_id=ArticleId(number),
            story_id=StoryId(number),
            outlet_id=OutletId(f"o{number}"),
        )
        for number, one in enumerate(ago)
    ]


def says(
    volume: Volume, sightings: list[Sighting], *feeds: FeedHealth, since: datetime | None = LONG_AGO
) -> tuple[Answer, str]:
    count = judge(volume, sightings, feeds or (WELL,), watched_since=since, now=NOW)
    return count.answer, count.why


def test_at_least_counts_the_window_alone() -> None:
    assert says(MUCH, seen(*(HOUR,) * 3)) == (Answer.FOUND, "3 stories in 2 h, 3 or more is much")
    assert says(MUCH, seen(HOUR, HOUR, 2 * HOUR))[0] is Answer.NOTHING
    assert says(MUCH, seen(HOUR, HOUR, -HOUR))[0] is Answer.NOTHING
    assert says(MUCH, seen(*(HOUR,) * 3), since=NOW)[0] is Answer.FOUND
    assert says(MUCH, []) == (Answer.NOTHING, "no stories in 2 h, 3 or more is much")


@pytest.mark.parametrize(("what", "number"), [(Counted.STORIES, 2), (Counted.ARTICLES, 3), (Counted.SOURCES, 1)])
def test_stories_articles_and_sources_each_count_once(what: Counted, number: int) -> None:
    one, two, three = seen(HOUR, HOUR, HOUR)
    whole = [one, replace(two, story_id=one.story_id), three]
    whole = [replace(sighting, outlet_id=OutletId("o")) for sighting in whole]
    assert counted(what, [*whole, *whole], NOW - 2 * HOUR, NOW) == number


def usually(number: int, days: int = 14) -> list[Sighting]:
    """So many stories at this hour of each of the last days."""
    return [one for day in range(1, days + 1) for one in numbered(seen(*(day * DAY + HOUR,) * number), 100 * day)]


def numbered(sightings: list[Sighting], first: int) -> list[Sighting]:
    """The same as other stories."""
    return [replace(one, story_id=StoryId(first + number)) for number, one in enumerate(sightings)]


def test_what_is_usual_is_the_median_of_the_same_hours() -> None:
    assert says(SURGE, usually(2) + seen(*(HOUR,) * 6)) == (Answer.FOUND, "6 stories in 2 h, usual is 2")
    assert says(SURGE, usually(2) + seen(*(HOUR,) * 5))[0] is Answer.NOTHING
    one_wild_day = numbered(seen(*(3 * DAY + HOUR,) * 90), 9_000)
    assert says(SURGE, usually(2) + one_wild_day + seen(*(HOUR,) * 6))[0] is Answer.FOUND
    other_hours = numbered(seen(*(day * DAY + 9 * HOUR for day in range(1, 15))), 9_000)
    assert says(SURGE, other_hours + seen(*(HOUR,) * 3)) == (Answer.FOUND, "3 stories in 2 h, usual is 0")


def test_both_numbers_must_be_reached_and_where_none_is_usual_one_is() -> None:
    assert says(SURGE, seen(HOUR, HOUR))[0] is Answer.NOTHING
    assert says(replace(SURGE, at_least=None), seen(HOUR, HOUR))[0] is Answer.NOTHING
    assert says(replace(SURGE, at_least=9), seen(*(HOUR,) * 8))[0] is Answer.NOTHING


def test_it_is_not_judged_before_half_the_baseline_exists() -> None:
    much = seen(*(HOUR,) * 99)
    assert says(SURGE, much, since=NOW - 7 * DAY - 2 * HOUR)[0] is Answer.FOUND
    answer, why = says(SURGE, much, since=NOW - 7 * DAY)
    assert answer is Answer.CANNOT_TELL
    assert why == "99 stories in 2 h; what is usual is not known: 6 of 14 slots are watched"
    assert says(SURGE, much, since=None)[0] is Answer.CANNOT_TELL


def test_slots_of_long_windows_do_not_overlap() -> None:
    long = replace(SURGE, window=60 * HOUR, at_least=None, baseline=12 * DAY)
    spread = [one for day in range(13) for one in numbered(seen(day * DAY + HOUR), 100 * day)]
    assert says(long, spread) == (Answer.NOTHING, "3 stories in 60 h, usual is 3")
    assert looks_back_to(long, NOW) == NOW - 60 * HOUR - 12 * DAY
    assert looks_back_to(QUIET, NOW) == NOW - 72 * HOUR


def test_absence_is_found_where_it_can_be_told() -> None:
    assert says(QUIET, []) == (Answer.FOUND, "no articles in 3 d")
    assert says(QUIET, seen(71 * HOUR))[0] is Answer.NOTHING
    assert says(replace(QUIET, at_most=1), seen(HOUR)) == (Answer.FOUND, "1 article in 3 d, 1 or fewer is little")
    young = (Answer.CANNOT_TELL, "the rules that it counts do not run for a whole window yet")
    assert says(QUIET, [], since=NOW - 71 * HOUR) == young
    assert says(QUIET, [], since=None) == young


@pytest.mark.parametrize(
    ("failing", "well", "told"), [(1, 4, True), (1, 3, False), (0, 1, True), (2, 8, True), (3, 9, False)]
)
def test_absence_cannot_be_told_while_over_a_fifth_of_the_feeds_fail(failing: int, well: int, told: bool) -> None:
    answer, why = says(QUIET, [], *[FAILING] * failing, *[WELL] * well)
    assert answer is (Answer.FOUND if told else Answer.CANNOT_TELL)
    assert told or why == f"{failing} of {failing + well} feeds in scope are failing"


def test_a_feed_fails_that_never_or_long_ago_brought_something() -> None:
    for late in (None, NOW - HOUR - timedelta(seconds=1)):
        assert says(QUIET, [], replace(WELL, succeeded_at=late))[0] is Answer.CANNOT_TELL
    slow = replace(WELL, every=3 * HOUR, succeeded_at=NOW - 6 * HOUR)
    assert says(QUIET, [], slow)[0] is Answer.FOUND


@pytest.mark.parametrize(
    ("scope", "counts"),
    [
        (FeedScope(), True),
        (FeedScope(languages=frozenset({"ru"})), False),
        (FeedScope(languages=frozenset({"en", "ru"})), True),
        (FeedScope(tags=frozenset({"news"})), True),
        (FeedScope(tags=frozenset({"sport"})), False),
        (FeedScope(not_tags=frozenset({"news"})), False),
    ],
)
def test_only_the_feeds_in_the_scope_of_a_counted_rule_matter(scope: FeedScope, counts: bool) -> None:
    others = [replace(WELL, language="ru", tags=frozenset({"sport"}))] * 9
    answer, _ = says(replace(QUIET, scopes=(scope,)), [], FAILING, *others)
    alone = not (scope.languages - {"en"} or scope.tags - {"news"} or scope.not_tags or scope == FeedScope())
    assert (answer is Answer.CANNOT_TELL) is (counts and alone)
    assert says(replace(QUIET, scopes=(scope,)), [], replace(WELL, language=None))[0] in Answer


RULE = Rule(rule_id=RuleId("v"), version=RuleVersion("1"), title="v", volume=MUCH)
FOUND = Count(answer=Answer.FOUND, number=3, usual=None, why="3 stories in 2 h")


def test_once_in_a_window() -> None:
    first = finding(RULE, MUCH, FOUND, None, NOW)
    assert first is not None
    assert (first.subject, first.starts_at, first.ends_at) == ("volume:2026-11-22T16:00:00Z/7200s", NOW - 2 * HOUR, NOW)
    assert finding(RULE, MUCH, FOUND, NOW, NOW + timedelta(minutes=119)) is None
    assert finding(RULE, MUCH, FOUND, NOW, NOW + 2 * HOUR) is not None
    for answer in (Answer.NOTHING, Answer.CANNOT_TELL):
        assert finding(RULE, MUCH, replace(FOUND, answer=answer), None, NOW) is None


@pytest.mark.parametrize(
    ("window", "minutes"), [(HOUR, 1), (timedelta(minutes=5), 1), (10 * HOUR, 10), (72 * HOUR, 15)]
)
def test_it_is_due_again_by_the_clock(window: timedelta, minutes: int) -> None:
    assert due_again(replace(MUCH, window=window), NOW) == NOW + timedelta(minutes=minutes)


@given(
    ago=st.lists(st.timedeltas(min_value=-HOUR, max_value=20 * DAY), max_size=30),
    more=st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=1, minutes=59)),
    volume=st.sampled_from([SURGE, MUCH, replace(SURGE, at_least=None)]),
)
def test_one_more_in_the_window_never_makes_much_less(ago: list[timedelta], more: timedelta, volume: Volume) -> None:
    before, _ = says(volume, seen(*ago))
    after, _ = says(volume, [*seen(*ago), *numbered(seen(more), 999)])
    assert not (before is Answer.FOUND and after is not Answer.FOUND)


@given(st.lists(st.timedeltas(min_value=timedelta(0), max_value=4 * DAY), max_size=9), st.integers(0, 9))
def test_little_and_much_exclude_each_other(ago: list[timedelta], number: int) -> None:
    little = replace(MUCH, at_least=None, at_most=number)
    much = replace(MUCH, at_least=number + 1)
    assert {says(little, seen(*ago))[0], says(much, seen(*ago))[0]} == {Answer.FOUND, Answer.NOTHING}


STORIES = "of: [r], count: stories, window: 2h"

# --- as the desk writes it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        (
            f"{STORIES}, at_least: 5, of_all: 1",
            "unknown key `of_all`; known: at_least, at_most, baseline, count, of, times_usual, window",
        ),
        (
            "of: [r], count: stores, window: 2h, at_least: 5",
            "expected one of stories, articles, sources, not `stores`; did you mean `stories`?",
        ),
        ("of: [], count: stories, window: 2h, at_least: 5", "must not be empty"),
        (f"{STORIES}", "a volume needs `at_least`, `times_usual` or `at_most`"),
        ("of: [r], count: stories, window: 0h, at_least: 5", "must be longer than nothing, such as 1h"),
        (
            f"{STORIES}, at_least: 5, at_most: 0",
            "`at_most` asks for too little, `at_least` and `times_usual` for too much: write two rules",
        ),
        (
            f"{STORIES}, at_least: 5, baseline: 9d",
            "`baseline` needs `times_usual`: nothing else is compared with what is usual",
        ),
        (
            f"{STORIES}, times_usual: 3, baseline: 1d",
            "`baseline` must be two days or more, and twice the window: it is compared day by day",
        ),
        ("of: [rr], count: stories, window: 2h, at_least: 5", "no rule `rr`; did you mean `r`?"),
        ("of: [v], count: stories, window: 2h, at_least: 5", "a volume cannot count itself"),
        (
            "of: [r, w], count: stories, window: 2h, at_least: 5",
            "`w` is a volume itself: name the rules that it counts",
        ),
        (
            "of: [d], count: stories, window: 2h, at_least: 5",
            "`d` is a draft rule, which matches nothing: let it run in shadow",
        ),
    ],
)
def test_what_a_volume_cannot_be(tmp_path: Path, volume: str, expected: str) -> None:
    others = (
        "  - {id: r, any: [xyz]}\n  - {id: d, status: draft, any: [xyz]}\n"
        "  - {id: w, volume: {of: [r], count: stories, window: 1h, at_least: 1}}\n"
    )
    rule_set = load(tmp_path, f"version: 1\nrules:\n{others}  - {{id: v, volume: {{{volume}}}}}\n")
    [fault] = [str(fault) for fault in rule_set.faults]
    assert fault.removeprefix(f"{tmp_path}/rules.yaml:6:").partition(": error: ")[2] == expected
    assert {rule.rule_id for rule in rule_set.rules} == {"r", "d", "w"}
    assert [broken.rule_id for broken in rule_set.broken] == ["v"]


@pytest.mark.parametrize("key", ["scope: {languages: [en]}", "story: {once_per: article}", "any: [x]", "when: r"])
def test_a_volume_looks_into_no_article(tmp_path: Path, key: str) -> None:
    volume = "volume: {of: [r], count: stories, window: 1h, at_least: 1}"
    rule_set = load(tmp_path, f"version: 1\nrules:\n  - {{id: r, any: [xyz]}}\n  - {{id: v, {key}, {volume}}}\n")
    assert len(rule_set.faults) == 1
    assert {rule.rule_id for rule in rule_set.rules} == {"r"}


def test_a_volume_knows_the_feeds_of_what_it_counts(tmp_path: Path) -> None:
    rules = "version: 1\nrules:\n  - {id: v, volume: {of: [r, s], count: sources, window: 1h, at_most: 0}}\n"
    rules += "  - {id: r, any: [xyz], scope: {languages: [en], feed_tags: [news]}}\n  - {id: s, any: [xyz]}\n"
    rule_set = load(tmp_path, rules)
    assert rule_set.faults == ()
    volume = next(rule.rule.volume for rule in rule_set.rules if rule.rule.volume)
    assert volume.scopes == (FeedScope(languages=frozenset({"en"}), tags=frozenset({"news"})), FeedScope())
    assert volume.baseline == 14 * DAY
