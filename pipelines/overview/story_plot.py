"""Articles against stories, day by day, as a picture: an SVG that Dagster's page shows; pure."""

from collections.abc import Iterator, Sequence

from pipelines.stories import Day

_WIDTH, _HEIGHT, _MARGIN = 84, 160, 30
"""Of a day, of the highest bar, and around; in pixels."""
_BAR = 26
_ARTICLES, _STORIES, _INK = "#9db7d5", "#1f4e79", "#444"


def plot(days: Sequence[Day]) -> str:
    """Two bars a day, the oldest day first, each with its number; of no days an empty picture."""
    highest = max((day.articles for day in days), default=0) or 1
    width, height = 2 * _MARGIN + _WIDTH * len(days), _HEIGHT + 3 * _MARGIN
    bars = "".join(
        part
        for place, day in enumerate(sorted(days, key=lambda day: day.until))
        for part in _day(day, _MARGIN + place * _WIDTH, highest)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif"'
        f' font-size="11" fill="{_INK}"><rect width="100%" height="100%" fill="#fff"/>{_legend()}{bars}</svg>'
    )


def _day(day: Day, left: int, highest: int) -> Iterator[str]:
    ground = _HEIGHT + 2 * _MARGIN
    for number, colour, x in ((day.articles, _ARTICLES, left), (day.stories, _STORIES, left + _BAR + 2)):
        tall = round(_HEIGHT * number / highest)
        yield f'<rect x="{x}" y="{ground - tall}" width="{_BAR}" height="{tall}" fill="{colour}"/>'
        yield f'<text x="{x + _BAR // 2}" y="{ground - tall - 3}" text-anchor="middle">{number}</text>'
    yield f'<text x="{left + _BAR}" y="{ground + 16}" text-anchor="middle">{day.until:%d %b}</text>'


def _legend() -> str:
    named = ((_ARTICLES, "articles", _MARGIN), (_STORIES, "stories", _MARGIN + _WIDTH))
    return "".join(
        f'<rect x="{x}" y="8" width="10" height="10" fill="{colour}"/><text x="{x + 14}" y="17">{name}</text>'
        for colour, name, x in named
    )
