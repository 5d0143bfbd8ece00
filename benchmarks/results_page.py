"""The page of results: every figure as the median of its runs, beside what is aimed at; then the contestants."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import median

from benchmarks.figures import SPEED, Figure
from benchmarks.plots import Bar, plot

Runs = Mapping[str, Sequence[Sequence[Figure]]]
"""The figures of each run, by benchmark."""
MOST = 2.0
"""How many times an aim the right edge of its plot is."""


def of_runs(runs: Sequence[Sequence[Figure]]) -> list[tuple[Figure, float, float]]:
    """Each figure by its median, with the least and the most of its runs."""
    values: dict[tuple[str, str], list[Figure]] = {}
    for figure in (figure for run in runs for figure in run):
        values.setdefault((figure.name, figure.peer), []).append(figure)
    spread = {key: sorted(one.value for one in found) for key, found in values.items()}
    return [
        (replace(found[0], value=median(spread[key])), spread[key][0], spread[key][-1]) for key, found in values.items()
    ]


def page(runs: Runs, failed: Mapping[str, Sequence[str]], now: datetime, *, small: bool) -> str:
    """Markdown: the figures and their aims, the contestants side by side, and where it was measured."""
    lines = [
        "# Results of the benchmarks",
        "",
        f"Taken {now:%Y-%m-%d %H:%M} UTC on {os.cpu_count()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}, load {os.getloadavg()[0]:.1f} at the end, by `make bench`. Medians of the runs; "
        "in brackets how many runs, the least and the most. Contestants take turns within a run: ratios hold where "
        "seconds do not. A benchmark whose contestants do not give the same answers has no figures.",
        "",
    ]
    if small:
        lines += ["**At the smallest sizes: this shows that the benchmarks run, and measures nothing.**", ""]
    lines += ["| benchmark | figure | aim | measured | met |", "|---|---|---|---|---|", *_aimed(runs)]
    lines += [f"| {name} | no figures: {_cell(failed[name][-1])} | | | no |" for name in failed if not runs.get(name)]
    lines += [
        f"| {name} | {len(whys)} of its runs had none: {_cell(whys[-1])} | | | |"
        for name, whys in failed.items()
        if runs.get(name)
    ]
    lines += ["", "![Each figure as a share of its aim](results.svg)", "", "## Side by side", ""]
    lines += ["| benchmark | figure | contestant | measured |", "|---|---|---|---|", *_beside(runs)]
    lines += ["", "![How fast each contestant is beside Wirewatch](peers.svg)"]
    return "\n".join(lines) + "\n"


def _aimed(runs: Runs) -> Iterator[str]:
    for name, found in runs.items():
        for figure, least, most in of_runs(found):
            if not figure.peer:
                met, seen = {True: "yes", False: "no", None: ""}[figure.met], _measured(figure, len(found), least, most)
                yield f"| {name} | {figure.name} | {_aim(figure)} | {seen} | {met} |"


def _beside(runs: Runs) -> Iterator[str]:
    for name, found in runs.items():
        for figure, least, most in of_runs(found):
            if figure.peer:
                yield f"| {name} | {figure.name} | {figure.peer} | {_measured(figure, len(found), least, most)} |"


def _measured(figure: Figure, runs: int, least: float, most: float) -> str:
    if runs == 1:
        return f"{figure.value:.4g} (1)"
    return f"{figure.value:.4g} ({runs}: {least:.4g} to {most:.4g})"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "/")


def aims_plot(runs: Runs) -> str:
    """A bar a figure: how many times its aim it is, the better the longer; the line is the aim."""
    bars = [
        Bar(name=f"{name}: {figure.name}", value=_share(figure), good=bool(figure.met))
        for name, found in runs.items()
        for figure, _, _ in of_runs(found)
        if figure.aim is not None
    ]
    return plot("Each figure as a share of its aim; longer is better", bars, line=1.0, most=MOST, at_line="aim")


def peers_plot(runs: Runs) -> str:
    """A bar a contestant: how fast it is beside Wirewatch, whose speed is the line."""
    bars = [
        Bar(
            name=_contest(name, figure),
            value=figure.value,
            good=figure.value <= 1,
        )
        for name, found in runs.items()
        for figure, _, _ in of_runs(found)
        if figure.peer and figure.name.endswith(SPEED)
    ]
    title = "How many times Wirewatch's speed each contestant has; shorter than the line is slower"
    return plot(title, bars, line=1.0, most=MOST, at_line="Wirewatch")


def _contest(benchmark: str, figure: Figure) -> str:
    case = figure.name.removesuffix(SPEED).rstrip(": ")
    return f"{benchmark}{f', {case}' if case else ''}: {figure.peer}"


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
