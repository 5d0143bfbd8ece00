"""What a backtest found, for people and programs: a table with small plots, Markdown, JSON, one page."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from pipelines.cli.output import echo_table
from pipelines.delivery.excerpt import Quote
from pipelines.delivery.wording import clean, cut, number
from pipelines.rehearsal.backtest import MOST_A_DAY, Backtested, Caught, Sample, Tried

TEMPLATES = Path(__file__).parent / "templates"
OUTLETS_SHOWN = 3
OUTLETS_DRAWN = 12
BAR = 30
"""Characters of the longest bar."""
_BARS = "▁▂▃▄▅▆▇█"


def show(result: Backtested) -> None:
    """The table on a terminal or in a pipe, then what was gained and lost."""
    click.echo(_summary(result))
    columns = ["rule", "matches", "alerts", "a day", _span(result), "outlets"]
    if result.compared:
        columns[2:2] = ["gained", "lost"]
    echo_table(columns, [_cells(result, tried) for tried in result.rules])
    if len(result.rules) == 1:
        _show_outlets(result.rules[0].outlets)
    for line in _remarks(result):
        click.secho(line, fg="yellow")
    for heading, caught, sign in _differences(result):
        click.echo(f"\n{click.style(heading, bold=True)}: {caught.number}")
        for sample in caught.samples:
            click.echo(f"  {sign} {_line(sample)}")


def _show_outlets(outlets: Counter[str]) -> None:
    """A bar for each outlet, where one rule is looked at alone."""
    shown = [(cut(clean(name), 30), count) for name, count in outlets.most_common(OUTLETS_DRAWN)]
    width = max((len(name) for name, _ in shown), default=0)
    for name, count in shown:
        bar = "█" * max(1, round(BAR * count / shown[0][1]))
        click.echo(f"  {name:<{width}}  {click.style(bar, fg='blue')} {count}")
    if len(outlets) > len(shown):
        click.echo(f"  and {number(len(outlets) - len(shown), 'outlet')} more")


def markdown(result: Backtested) -> str:
    """The same for a pull request."""
    head = ["rule", "matches", *(["gained", "lost"] if result.compared else []), "alerts", "a day", "days", "outlets"]
    rows = [[f"`{cells[0]}`", *map(_plain, cells[1:])] for cells in (_cells(result, tried) for tried in result.rules)]
    table = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    parts = [f"**{_summary(result)}**", "\n".join(table)]
    parts += [f"⚠ {line}" for line in _remarks(result)]
    for heading, caught, _ in _differences(result):
        listed = "\n".join(f"- {_plain(_line(sample))}" for sample in caught.samples)
        parts.append(f"<details><summary>{heading}: {caught.number}</summary>\n\n{listed}\n\n</details>")
    return "\n\n".join(parts)


def html(result: Backtested) -> str:
    """One page that needs nothing beside itself, with hits marked."""
    from pipelines.rendering import fill

    rows = [_Row.of(result, tried) for tried in result.rules]
    gone = [(rule_id, caught) for rule_id, caught in result.gone.items()]
    return fill(TEMPLATES, "backtest.html", result=result, rows=rows, gone=gone, summary=_summary(result))


def facts(result: Backtested) -> dict[str, object]:
    """The same as JSON."""
    return {
        "first": result.first.isoformat(),
        "last": result.last.isoformat(),
        "articles": result.articles,
        "rules": [_facts(result, tried) for tried in result.rules],
        "gone": {rule_id: _caught(caught) for rule_id, caught in result.gone.items()},
    }


def sparkline(counts: Sequence[int]) -> str:
    """A bar for each number, the highest the tallest; a dot for none."""
    most = max(counts, default=0)
    return "".join(_BARS[(count * len(_BARS) - 1) // most] if count else "·" for count in counts)


@dataclass(frozen=True, slots=True)
class _Bar:
    """A day of a plot, in shares of its height and width."""

    left: float
    height: float
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A rule on the page."""

    tried: Tried
    a_day: str
    outlets: str
    bars: tuple[_Bar, ...]
    differences: tuple[tuple[str, Caught], ...]

    @classmethod
    def of(cls, result: Backtested, tried: Tried) -> "_Row":
        """The rule of a result."""
        most, width = max(tried.days.values(), default=1), 100 / len(result.days)
        bars = tuple(
            _Bar(width * place, 100 * tried.days[day] / most, width, f"{day:%d %b}: {number(tried.days[day], 'match')}")
            for place, day in enumerate(result.days)
        )
        differences = (("gained", tried.gained), ("lost", tried.lost)) if result.compared else ()
        return cls(tried, f"{result.a_day(tried):.1f}", _outlets(tried.outlets), bars, differences)


def _summary(result: Backtested) -> str:
    matches = sum(tried.matches.number for tried in result.rules)
    alerts = sum(tried.alerts.total() for tried in result.rules)
    return (
        f"{number(result.articles, 'article')} of {_span(result)}, {number(len(result.rules), 'rule')}: "
        f"{number(matches, 'match')}, {number(alerts, 'alert')}"
    )


def _span(result: Backtested) -> str:
    return f"{_day(result.first)} to {_day(result.last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _cells(result: Backtested, tried: Tried) -> list[str]:
    cells = [str(tried.rule.rule_id), str(tried.matches.number)]
    if result.compared:
        cells += [f"+{tried.gained.number}", f"-{tried.lost.number}"]
    plot = sparkline([tried.days[day] for day in result.days])
    return [*cells, str(tried.alerts.total()), f"{result.a_day(tried):.1f}", plot, _outlets(tried.outlets)]


def _outlets(outlets: Counter[str]) -> str:
    shown = [f"{cut(clean(name), 30)} {count}" for name, count in outlets.most_common(OUTLETS_SHOWN)]
    left = len(outlets) - OUTLETS_SHOWN
    return ", ".join([*shown, *([f"{left} more"] if left > 0 else [])])


def _remarks(result: Backtested) -> Iterator[str]:
    for tried in result.rules:
        if result.a_day(tried) > MOST_A_DAY:
            yield f"{tried.rule.rule_id}: {result.a_day(tried):.0f} alerts a day: narrow it, or give it a digest"
    if not result.articles:
        yield "the archive holds no article of these days"


def _differences(result: Backtested) -> Iterator[tuple[str, Caught, str]]:
    if not result.compared:
        return
    for tried in result.rules:
        for word, caught, sign in (("gained", tried.gained, "+"), ("lost", tried.lost, "-")):
            if caught.number:
                yield f"{tried.rule.rule_id} {word}", caught, sign
    for rule_id, caught in result.gone.items():
        yield f"{rule_id} is gone, lost", caught, "-"


def _line(sample: Sample) -> str:
    words = _marked(sample.quotes[0]) if sample.quotes else ""
    said = f" — {words}" if words else ""
    return f"{sample.at:%d %b} {clean(sample.outlet)}: {_marked(sample.title)}{said} [{sample.article_id}]"


def _marked(quote: Quote) -> str:
    return clean("".join(f"*{part.text}*" if part.hit else part.text for part in quote))


def _plain(text: str) -> str:
    """Inert within a table of Markdown."""
    return text.replace("|", "\\|").replace("<", "&lt;")


def _facts(result: Backtested, tried: Tried) -> dict[str, object]:
    compared = {"gained": _caught(tried.gained), "lost": _caught(tried.lost)} if result.compared else {}
    return {
        "rule_id": tried.rule.rule_id,
        "matches": tried.matches.number,
        "partial": tried.partial,
        "alerts": tried.alerts.total(),
        "alerts_a_day": round(result.a_day(tried), 3),
        "days": _by_day(tried.days, result.days),
        "alerts_by_day": _by_day(tried.alerts, result.days),
        "outlets": dict(tried.outlets.most_common()),
        "samples": _samples(tried.matches),
        **compared,
    }


def _by_day(counts: Counter[date], days: Iterable[date]) -> dict[str, int]:
    return {day.isoformat(): counts[day] for day in days}


def _caught(caught: Caught) -> dict[str, object]:
    return {"number": caught.number, "samples": _samples(caught)}


def _samples(caught: Caught) -> list[dict[str, object]]:
    return [
        {
            "article_id": one.article_id,
            "title": "".join(part.text for part in one.title),
            "outlet": one.outlet,
            "url": one.link,
            "at": one.at.isoformat(),
            "clause": one.clause,
            "quotes": [_marked(quote) for quote in one.quotes],
        }
        for one in caught.samples
    ]
