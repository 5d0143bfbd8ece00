"""What operators see of stories: checks that can fail, sizes, candidates, and a picture that is well-formed."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from pipelines.overview.story_checks import overview
from pipelines.overview.story_plot import plot
from pipelines.reports import Report
from pipelines.states import StoryId
from pipelines.steps.progress import Tally
from pipelines.stories import BigStory, Day, Grouping

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


class Store:
    """A StoryStore of one day's numbers."""

    def __init__(self, articles: int, stories: int, biggest: int = 0) -> None:
        self._day = articles, stories
        self._biggest = biggest

    def grouping(self, now: datetime) -> AbstractContextManager[Grouping]:
        """Not asked for."""
        raise NotImplementedError

    def days(self, now: datetime, number: int) -> Sequence[Day]:
        """The same each day."""
        articles, stories = self._day
        return [Day(until=now - timedelta(days=day), articles=articles, stories=stories) for day in range(number)]

    def biggest(self, since: datetime, limit: int) -> Sequence[BigStory]:
        """One, where there is one."""
        return [BigStory(story_id=StoryId(7), title="Dam", articles=self._biggest)][: self._biggest]

    def sizes(self, since: datetime) -> Mapping[int, int]:
        """Of all kinds."""
        return {1: 20, 2: 3, 4: 2, 5: 1, 60: 1, 900: 1}


def seen(store: Store, *, news: bool = True) -> Report:
    """The step's report with the overview in it."""
    tally = Tally("stories", "stories new", "reprints")
    if news:
        tally.count("stories new", 3)
        tally.count("reprints")
        tally.count("texts compared", 6)
    overview(store, NOW, tally)
    return tally.report()


@pytest.mark.parametrize(
    ("store", "passed"),
    [
        (Store(100, 60), (True, True)),
        (Store(100, 20, 9), (False, True)),
        (Store(49, 1, 49), (True, True)),
        (Store(500, 300, 101), (True, False)),
        (Store(0, 0), (True, True)),
    ],
)
def test_too_many_joins_and_a_crowd_are_told(store: Store, passed: tuple[bool, bool]) -> None:
    rate, crowd = seen(store).checks
    assert (rate.passed, crowd.passed) == passed
    assert ("stories show" in rate.detail) is not rate.passed


def test_news_brings_numbers_tables_and_a_picture_and_quiet_brings_none() -> None:
    told = seen(Store(100, 60, 4))
    assert told.measures == {"candidates per article": 1.5}
    assert [tuple(row.values()) for row in told.tables["stories of the day by size"]] == [
        ("1", "20"), ("2", "3"), ("3 to 5", "3"), ("6 to 10", "0"), ("11 to 50", "0"), ("51 and more", "2"),
    ]  # fmt: skip
    assert len(told.tables["articles and stories by day"]) == 7
    quiet = seen(Store(100, 60, 4), news=False)
    assert (quiet.measures, quiet.pictures) == ({}, {})
    assert not any(quiet.tables.values())


def test_the_picture_has_two_bars_a_day_the_oldest_first() -> None:
    days = [Day(until=NOW - timedelta(days=day), articles=10 * (3 - day), stories=5) for day in range(3)]
    drawn = ElementTree.fromstring(plot(days))
    bars = [(one.get("fill"), int(one.get("height", "0"))) for one in drawn.findall(f"{SVG}rect")[3:]]
    assert [tall for _, tall in bars] == [53, 27, 107, 27, 160, 27]
    texts = [one.text for one in drawn.findall(f"{SVG}text")]
    assert texts[2:] == ["10", "5", "07 Mar", "20", "5", "08 Mar", "30", "5", "09 Mar"]
    assert ElementTree.fromstring(plot([])).findall(f"{SVG}rect")
    assert ElementTree.fromstring(plot([Day(until=NOW, articles=0, stories=0)])) is not None
