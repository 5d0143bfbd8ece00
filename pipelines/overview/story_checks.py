"""What an operator sees of stories from day to day: articles against stories, the biggest, and two checks."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pipelines.overview.story_plot import plot
from pipelines.steps.progress import Tally
from pipelines.stories import BigStory, Day, StoryStore

DAYS = 7
BIGGEST = 5
ENOUGH = 50
"""Articles of a day, below which a share says nothing."""
JOINED = 0.7
"""Of a day's articles. Of the labelled articles, made to be reprints of each other, .47 joined a story."""
SIZES = ((1, 1), (2, 2), (3, 5), (6, 10), (11, 50), (51, sys.maxsize))
CROWD = 100
"""Articles of one story in a day: more print one text only where a page's furniture was taken for it."""


def overview(store: StoryStore, now: datetime, tally: Tally) -> None:
    """Two checks; with news, numbers that Dagster plots over time, tables of the week and of the biggest stories."""
    week = store.days(now, DAYS if tally.anything else 1)
    biggest = store.biggest(now - timedelta(days=1), BIGGEST)
    if tally.anything:
        tally.count("articles of the day", week[0].articles)
        tally.count("stories of the day", week[0].stories)
        grouped = tally.number("stories new") + tally.number("reprints")
        tally.measure("candidates per article", round(tally.number("texts compared") / max(1, grouped), 2))
        tally.picture("articles against stories by day", plot(week))
        tally.table("articles and stories by day", [_day(day) for day in week])
        tally.table("stories of the day by size", _sizes(store.sizes(now - timedelta(days=1))))
        tally.table("biggest stories of the day", [_big(story) for story in biggest])
    check_joined(week[0], tally)
    check_crowd(biggest, tally)


def check_joined(day: Day, tally: Tally) -> None:
    """Too many joins: different texts are taken for one, and news is hidden."""
    passed = day.articles < ENOUGH or day.joined <= JOINED
    detail = f"{day.articles} articles are {day.stories} stories"
    advice = "; look at the biggest with `wirewatch stories show`, and split what is not one text"
    tally.check("join_rate", passed=passed, number=round(day.joined, 3), detail=detail if passed else detail + advice)


def check_crowd(biggest: Sequence[BigStory], tally: Tally) -> None:
    """One story that swallows the day."""
    first = max(biggest, key=lambda story: story.articles, default=None)
    number = first.articles if first else 0
    detail = (
        f"story {first.story_id} has {number} articles: {first.title}" if first else "no story has a second article"
    )
    tally.check("biggest_story", passed=number <= CROWD, number=number, detail=detail)


def _day(day: Day) -> dict[str, str]:
    joined = f"{day.joined:.0%}"
    return {
        "until": f"{day.until:%Y-%m-%d %H:%M}",
        "articles": str(day.articles),
        "stories": str(day.stories),
        "joined": joined,
    }


def _sizes(sizes: Mapping[int, int]) -> list[dict[str, str]]:
    """How many stories have how many articles of the day."""
    rows = []
    for least, most in SIZES:
        number = sum(many for size, many in sizes.items() if least <= size <= most)
        shown = str(least) if least == most else f"{least} to {most}" if most < CROWD else f"{least} and more"
        rows.append({"articles": shown, "stories": str(number)})
    return rows


def _big(story: BigStory) -> dict[str, str]:
    return {"story": str(story.story_id), "articles": str(story.articles), "title": story.title}
