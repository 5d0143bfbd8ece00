"""The last day by the hour: what came, what rules matched, what was told; as records and as a picture. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

HOURS = 24
_WIDTH, _HEIGHT, _TOP, _LEFT = 26, 70, 22, 70
"""Of an hour, of the highest bar of a row, over and left of it; in pixels."""
_ROWS = (("articles", "#9db7d5"), ("matches", "#1f4e79"), ("alerts", "#c0392b"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One hour of the clock; `since` is its beginning, UTC."""

    since: datetime
    articles: int
    matches: int
    alerts: int


def hours_plot(hours: Sequence[Hour]) -> str:
    """SVG with a row of bars for each kind, every row to a scale of its own, the oldest hour first."""
    width, height = _LEFT + _WIDTH * len(hours) + 10, len(_ROWS) * (_HEIGHT + _TOP) + 22
    rows = "".join(
        part
        for number, (name, colour) in enumerate(_ROWS)
        for part in _row(name, colour, number * (_HEIGHT + _TOP) + _TOP, [getattr(hour, name) for hour in hours])
    )
    times = "".join(
        f'<text x="{middle:.0f}" y="{height - 6}" text-anchor="middle">{hour.since:%H}</text>'
        for middle, hour in ((_LEFT + (place + 0.5) * _WIDTH, hour) for place, hour in enumerate(hours))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif"'
        f' font-size="11" fill="#444"><rect width="100%" height="100%" fill="#fff"/>{rows}{times}</svg>'
    )


def _row(name: str, colour: str, top: int, counts: Sequence[int]) -> Iterator[str]:
    """Name and sum, then a bar with its number for each hour in which there was anything."""
    highest, ground = max(counts, default=0) or 1, top + _HEIGHT
    yield f'<text x="6" y="{ground - 16}">{name}</text><text x="6" y="{ground - 3}">{sum(counts)} in all</text>'
    yield f'<path d="M{_LEFT} {ground + 0.5}H{_LEFT + _WIDTH * len(counts)}" stroke="#ddd"/>'
    for place, count in enumerate(counts):
        if count:
            tall, left = max(2, round(_HEIGHT * count / highest)), _LEFT + place * _WIDTH
            yield f'<rect x="{left + 3}" y="{ground - tall}" width="{_WIDTH - 6}" height="{tall}" fill="{colour}"/>'
            yield f'<text x="{left + _WIDTH / 2:.0f}" y="{ground - tall - 3}" text-anchor="middle">{count}</text>'
