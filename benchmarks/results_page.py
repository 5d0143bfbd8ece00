"""The page of results and its plot: every figure as the median of its runs, beside what is aimed at."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from html import escape
from statistics import median

from benchmarks.figures import Figure

ROW, NAMES, WIDTH, MOST = 22, 330, 340, 2.0
"""Heights and widths of the plot, and how many times an aim its right edge is."""


def of_runs(runs: Sequence[Sequence[Figure]]) -> list[tuple[Figure, float, float]]:
    """Each figure by its median, with the least and the most of its runs."""
    values: dict[str, list[Figure]] = {}
    for figure in (figure for run in runs for figure in run):
        values.setdefault(figure.name, []).append(figure)
    spread = {name: sorted(one.value for one in found) for name, found in values.items()}
    return [
        (replace(found[0], value=median(spread[name])), spread[name][0], spread[name][-1])
        for name, found in values.items()
    ]


def page(
    runs: Mapping[str, Sequence[Sequence[Figure]]], left_out: Mapping[str, str], now: datetime, *, small: bool
) -> str:
    """Markdown: the table, what was left out, and where it was measured."""
    lines = [
        "# Results of the benchmarks",
        "",
        f"Taken {now:%Y-%m-%d %H:%M} UTC on {os.cpu_count()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}, load {os.getloadavg()[0]:.1f} at the end, by `make bench`. Medians of the runs "
        "in brackets, with the least and the most. Contestants take turns in a run: ratios hold where seconds do not.",
        "",
    ]
    if small:
        lines += ["**At the smallest sizes: this shows that the benchmarks run, and measures nothing.**", ""]
    lines += ["| benchmark | figure | aim | measured | met |", "|---|---|---|---|---|"]
    for name, found in runs.items():
        for figure, least, most in of_runs(found):
            measured = f"{figure.value:g} ({len(found)}: {least:g} to {most:g})"
            met = {True: "yes", False: "no", None: ""}[figure.met]
            lines.append(f"| {name} | {figure.name} | {_aim(figure)} | {measured} | {met} |")
    lines += ["", "![Each figure as a share of its aim](results.svg)", ""]
    lines += [f"- {name} was left out: {why}" for name, why in left_out.items()]
    return "\n".join(lines).rstrip() + "\n"


def plot(runs: Mapping[str, Sequence[Sequence[Figure]]]) -> str:
    """An SVG with a bar a figure: how many times its aim it is, the better the longer; the line is the aim."""
    rows = [
        (f"{name}: {figure.name}", figure)
        for name, found in runs.items()
        for figure, _, _ in of_runs(found)
        if figure.aim is not None
    ]
    height = ROW * (len(rows) + 1)
    at_aim = NAMES + WIDTH / MOST
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {NAMES + WIDTH + 60} {height}" role="img" '
        'font-family="sans-serif" font-size="12"><title>Each figure as a share of its aim; longer is better</title>'
    ]
    for number, (name, figure) in enumerate(rows):
        share = _share(figure)
        top = ROW * number + 4
        end = NAMES + WIDTH * min(share, MOST) / MOST
        parts += [
            f'<text x="{NAMES - 8}" y="{top + 12}" text-anchor="end" fill="#777">{escape(name)}</text>',
            f'<rect x="{NAMES}" y="{top}" width="{end - NAMES:.1f}" height="{ROW - 8}" '
            f'fill="{"#2a7f62" if figure.met else "#b5523b"}"/>',
            f'<text x="{end + 4:.1f}" y="{top + 12}" fill="#777">{share:.2f}</text>',
        ]
    parts.append(f'<path d="M{at_aim} 0V{height - ROW}" stroke="#777" stroke-dasharray="3"/>')
    parts.append(f'<text x="{at_aim}" y="{height - 6}" text-anchor="middle" fill="#777">aim</text></svg>')
    return "\n".join(parts) + "\n"


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    return f"{'at least' if figure.at_least else 'at most'} {figure.aim:g}"


def _share(figure: Figure) -> float:
    """How many times as good as its aim."""
    assert figure.aim is not None
    if figure.at_least:
        return figure.value / figure.aim
    return figure.aim / figure.value if figure.value else MOST
