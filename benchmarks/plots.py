"""Bars as an SVG, without a library."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

ROW, NAMES, WIDTH = 22, 430, 340
"""Height of a row, and widths of the names and of the bars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row."""

    name: str
    value: float
    good: bool
    """Which of the two colours it has."""


def plot(title: str, bars: Sequence[Bar], *, line: float, most: float, at_line: str) -> str:
    """Bars up to `most`, cut there, each with its number; and a line across at `line`, named `at_line`."""
    height = ROW * (len(bars) + 1)
    at = NAMES + WIDTH * line / most
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {NAMES + WIDTH + 60} {height}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{escape(title)}</title>'
    ]
    for number, bar in enumerate(bars):
        top, end = ROW * number + 4, NAMES + WIDTH * min(bar.value, most) / most
        parts += [
            f'<text x="{NAMES - 8}" y="{top + 12}" text-anchor="end" fill="#777">{escape(bar.name)}</text>',
            f'<rect x="{NAMES}" y="{top}" width="{end - NAMES:.1f}" height="{ROW - 8}" '
            f'fill="{"#2a7f62" if bar.good else "#b5523b"}"/>',
            f'<text x="{end + 4:.1f}" y="{top + 12}" fill="#777">{bar.value:.2g}</text>',
        ]
    parts.append(f'<path d="M{at:g} 0V{height - ROW}" stroke="#777" stroke-dasharray="3"/>')
    parts.append(f'<text x="{at:g}" y="{height - 6}" text-anchor="middle" fill="#777">{at_line}</text></svg>')
    return "\n".join(parts) + "\n"
