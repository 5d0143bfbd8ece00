"""Plots for the assets' pages, drawn as SVG: no library is loaded for a few bars."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape

MOST = 30
_COLOURS = {"failing": "#c0392b", "failed": "#e08283", "stale": "#d68910", "new": "#7f8c8d", "well": "#2e86c1"}
_NAMES, _BARS, _LINE = 180, 420, 18  # pixels
_LONGEST = 26  # letters of a name


def feed_health_plot(rows: Sequence[Mapping[str, str]]) -> str:
    """Markdown with a bar for each feed of the health table: how long it has been silent, 1 being stale."""
    shown = rows[:MOST]
    longest = max([1.0, *(float(row["silence"]) for row in shown)])
    limit = _NAMES + _BARS / longest
    height = (len(shown) + 1) * _LINE
    parts = [f'<line x1="{limit:.0f}" x2="{limit:.0f}" y1="0" y2="{height - _LINE}" stroke="#c0392b"/>']
    parts += [_bar(number, row, longest) for number, row in enumerate(shown)]
    parts.append(f'<text x="{_NAMES}" y="{height - 5}">time without a new entry; red line: stale</text>')
    size = f'width="{_NAMES + _BARS + 90}" height="{height}"'
    style = "<style>svg{background:#fff}text{font:12px sans-serif}</style>"  # readable on Dagster's dark page too
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{style}{"".join(parts)}</svg>'
    return f"![how long feeds have been silent](data:image/svg+xml;base64,{b64encode(svg.encode()).decode()})"


def _bar(number: int, row: Mapping[str, str], longest: float) -> str:
    top, width = number * _LINE, _BARS * float(row["silence"]) / longest
    colour = _COLOURS.get(row["state"], _COLOURS["well"])
    name = escape(row["feed"] if len(row["feed"]) <= _LONGEST else f"{row['feed'][: _LONGEST - 1]}…")
    state = "" if row["state"] == "well" else escape(row["state"])
    return (
        f'<text x="0" y="{top + 13}">{name}</text>'
        f'<rect x="{_NAMES}" y="{top + 3}" width="{max(width, 1):.1f}" height="{_LINE - 6}" fill="{colour}"/>'
        f'<text x="{_NAMES + width + 5:.0f}" y="{top + 13}">{state}</text>'
    )
