"""The plot of a rule's matches over a digest's time: bars for a page, blocks for a text, and what both say in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.delivery.limits import in_words
from pipelines.delivery.view import Voice
from pipelines.delivery.wording import number
from pipelines.digests.records import Facts, RuleLine

TALLEST = 28
"""Pixels of the highest bar: a thumb's width of room for a rule."""
SPARKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Some slices of a rule's plot: one with matches, or empty ones in a row."""

    span: int
    height: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule's plot, and what it says in words."""

    title: str
    words: str
    bars: tuple[Bar, ...]
    sparks: str
    readers: str
    """What readers made of its alerts; empty where they said nothing."""


def rule_view(line: RuleLine, facts: Facts, voice: Voice, zone: str) -> RuleView:
    """A rule that matched at least once."""
    most = max(line.slices)
    cut = facts.slices
    at = cut.begin + cut.each * line.slices.index(most)
    peak = f", most from {tick(at, facts, zone)} ({most})" if 0 < most < line.matches else ""
    said = [f"{line.useful} useful" if line.useful else "", f"{line.noise} noise" if line.noise else ""]
    if line.claimed_after is not None:
        said.append(f"claimed after {in_words(timedelta(minutes=max(1, round(line.claimed_after / 60))))}")
    return RuleView(
        title=voice.line(line.title, 80),
        words=f"{number(line.matches, 'match')}, {number(line.alerts, 'alert')}{peak}",
        bars=tuple(_bars(line.slices, most)),
        sparks="".join("·" if not count else SPARKS[(count * 8 - 1) // most] for count in line.slices),
        readers=", ".join(filter(None, said)),
    )


def _bars(counts: Sequence[int], most: int) -> Iterable[Bar]:
    """Bars, and between them the empty slices in a row as one: a page of a week's rules stays small."""
    empty = 0
    for count in counts:
        if count:
            if empty:
                yield Bar(span=empty, height=0, words="")
            empty = 0
            yield Bar(span=1, height=max(3, round(TALLEST * count / most)), words=str(count))
        else:
            empty += 1
    if empty:
        yield Bar(span=empty, height=0, words="")


def tick(moment: datetime, facts: Facts, zone: str) -> str:
    """`14:00`, with its weekday where the digest is of more than a night and a day."""
    local = moment.astimezone(ZoneInfo(zone))
    if facts.ends_at - facts.starts_at <= timedelta(days=1, hours=12):
        return f"{local:%H:%M}"
    return f"{_DAYS[local.weekday()]} {local:%H:%M}"


def when(moment: datetime, zone: str) -> str:
    """`Tue 1 Dec 08:00`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local:%H:%M}"


# Not `%a` and `%b`: those follow the machine's language.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
