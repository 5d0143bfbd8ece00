"""What a digest says, in words fit for one kind of text: its parts, its plots, its sentence that sums it up; pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.delivery.digest_plot import RuleView, rule_view, tick, when
from pipelines.delivery.limits import in_words
from pipelines.delivery.view import Voice, severity_of
from pipelines.delivery.wording import moment, number, zone_name
from pipelines.digests.records import DigestKind, Facts, Line, Near, RuleLine
from pipelines.states import AlertReason, Severity

TITLES = {
    DigestKind.MORNING: "Morning digest",
    DigestKind.HOLD: "End of the hold",
    DigestKind.AWAY: "While you were away",
    DigestKind.WEEKLY: "The week",
    DigestKind.FIRST: "Now watching",
}
HELD_WORDS = {
    "once_per": "already told for their story",
    "age": "too old for their rule",
    "late": "found late",
    "status": "of rules in draft or shadow",
    "backlog": "in a feed before its watch began",
    "failed": "could not be decided",
}
LATE = timedelta(minutes=15)
"""A digest made so long after its moment says so: a run takes a minute."""
_GRAVE = frozenset({AlertReason.CORRECTED, AlertReason.TAKEN_DOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much a digest lists of each part."""

    lines: int
    rules: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One alert, or one article that came near."""

    alert: str
    severity: str | None
    rule: str
    headline: str
    outlet: str
    link: str | None
    facts: str
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some lines under a heading."""

    heading: str
    lines: tuple[LineView, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView:
    """What the templates see."""

    title: str
    covers: str
    summary: str
    late: str
    parts: tuple[Part, ...]
    held: tuple[str, ...]
    near: Part | None
    feeds: tuple[str, ...]
    troubles: tuple[str, ...]
    rules: tuple[RuleView, ...]
    more_rules: str
    slice: str
    axis: tuple[str, str, str]
    """What stands under the left, the middle and the right of a plot."""
    sums: tuple[str, ...]
    closes: bool
    page: str | None
    zone: str


def digest_view(
    facts: Facts, voice: Voice, zone: str, now: datetime, *, kept: Collection[int], room: Room, page: str | None = None
) -> DigestView:
    """The digest in one voice; `kept` are the alerts that go out with it, and are told there."""
    first = facts.kind is DigestKind.FIRST
    late = now - facts.ends_at > LATE and not first
    covers = f"{when(facts.starts_at, zone)} to {when(facts.ends_at, zone)} {zone_name(zone)}"
    cut = facts.slices
    marks = [cut.begin, cut.begin + cut.each * cut.number / 2, cut.begin + cut.each * cut.number]
    return DigestView(
        title=TITLES[facts.kind],
        covers="" if first else covers,
        summary=summary(facts, len(kept)),
        late=f"Due {moment(facts.ends_at, zone, now)}, sent {moment(now, zone, now)}: {covers}." if late else "",
        parts=(_would(facts, voice),) if first else tuple(_parts(facts, voice, zone, now, kept, room)),
        held=() if first else tuple(_held(facts, voice)),
        near=_near(facts, voice) if facts.near and not first else None,
        feeds=tuple(voice.line(line, 300) for line in facts.feed_troubles[: room.lines]),
        troubles=tuple(voice.line(line, 300) for line in facts.troubles[: room.lines]),
        rules=() if first else tuple(rule_view(one, facts, voice, zone) for one in facts.rules[: room.rules]),
        more_rules=_more_rules(facts.rules[room.rules :]),
        slice=in_words(cut.each),
        axis=(tick(marks[0], facts, zone), tick(marks[1], facts, zone), tick(marks[2], facts, zone)),
        sums=() if first else tuple(_sums(facts)),
        closes=facts.sums.close,
        page=page,
        zone=zone_name(zone),
    )


def summary(facts: Facts, kept: int) -> str:
    """`12 alerts, 3 unclaimed, 1 corrected; 34 feeds read, all well.`, or that nothing matched."""
    if facts.kind is DigestKind.FIRST:
        watching = f"Watching {number(facts.feeds, 'feed')} with {number(facts.rules_running, 'rule')}"
        if facts.would:
            return f"{watching}; yesterday these would have been sent:"
        looked = (
            f"of the {number(facts.articles, 'article')} of yesterday none"
            if facts.articles
            else "of yesterday nothing"
        )
        return f"{watching}; {looked} would have been sent."
    grave = sum(line.reason in _GRAVE for line in facts.lines)
    counts = [
        (facts.alerts, number(facts.alerts, "alert")),
        (facts.unclaimed, f"{facts.unclaimed} unclaimed"),
        (kept, f"{kept} kept for this message"),
        (grave, f"{grave} corrected or taken down"),
        (sum(one.number for one in facts.silenced), f"{sum(one.number for one in facts.silenced)} silenced"),
    ]
    told = ", ".join(words for count, words in counts if count)
    if not told:
        told = f"no alerts, {number(facts.sums.matches, 'match')} held" if facts.sums.matches else "nothing matched"
    return f"{told[0].upper()}{told[1:]}; {_health(facts)}."


def _health(facts: Facts) -> str:
    """What was read, and what is wrong; all is well only where every feed was read."""
    everything = facts.feeds_read == facts.feeds
    read = f"{'' if everything else f'{facts.feeds_read} of '}{number(facts.feeds, 'feed')} read"
    troubles = len(facts.feed_troubles) + len(facts.troubles)
    wrong = [
        f"{number(troubles, 'thing')} to mend" if troubles else "",
        "" if facts.sums.close else "the sums do not close",
    ]
    told = " and ".join(filter(None, wrong)) or ("all well" if everything else "")
    return f"{read}, {told}" if told else read


def _parts(facts: Facts, voice: Voice, zone: str, now: datetime, kept: Collection[int], room: Room) -> Iterable[Part]:
    """The period's alerts, each in one part: what matters most of it."""
    found: dict[str, list[Line]] = {heading: [] for heading in _HEADINGS}
    for line in facts.lines:
        if line.alert_id not in kept:
            found[_heading(line)].append(line)
    for heading, lines in found.items():
        if lines:
            shown = tuple(_line(line, voice, zone, now) for line in lines[: room.lines])
            yield Part(heading=f"{heading}: {len(lines)}", lines=shown, more=len(lines) - len(shown))
    if facts.alerts > len(facts.lines):
        heading = f"And {facts.alerts - len(facts.lines)} older alerts of this time: wirewatch alerts list"
        yield Part(heading=heading, lines=(), more=0)


_HEADINGS = (
    "Kept for this message",
    "Corrected and taken down",
    "Given up",
    "Sent, claimed by nobody",
    "Sent and claimed",
    "Waiting",
    "Taken back",
)


def _heading(line: Line) -> str:
    if line.reason in _GRAVE:
        return "Corrected and taken down"
    if line.state == "sent":
        return "Sent and claimed" if line.claimed_by else "Sent, claimed by nobody"
    return {"kept": "Kept for this message", "dead": "Given up", "waiting": "Waiting"}.get(line.state, "Taken back")


def _line(line: Line, voice: Voice, zone: str, now: datetime) -> LineView:
    facts = [
        line.reason if line.reason in _GRAVE else "",
        f"sent {moment(line.sent_at, zone, now)}" if line.sent_at else voice.line(line.why, 120),
        f"{voice.line(line.claimed_by, 40)} has it" if line.claimed_by else "",
    ]
    return LineView(
        alert=f"A{line.alert_id}",
        number=line.alert_id,
        severity=severity_of(Severity(line.severity)),
        rule=voice.line(line.rule, 80),
        headline=voice.line(line.headline) or "untitled",
        outlet=voice.line(line.outlet, 60),
        link=voice.link(line.link),
        facts=" · ".join(filter(None, facts)),
    )


def _held(facts: Facts, voice: Voice) -> Iterable[str]:
    for one in facts.held:
        yield f"{number(one.number, 'match')} {HELD_WORDS.get(one.words, voice.line(one.words, 80))}"
    for silenced in facts.silenced:
        yield f"{number(silenced.number, 'match')} {_lower(voice.line(silenced.words))}, told at its end"
    if facts.limited:
        yield f"{number(facts.limited, 'match')} past a rule's limit, told in its summary"


def _lower(words: str) -> str:
    return words if words.startswith("silenced") else f"silenced: {words}"


def _near(facts: Facts, voice: Voice) -> Part:
    least = "" if facts.near_all else "at least "
    heading = f"Near misses: {least}{facts.near_misses}"
    lines = tuple(_near_line(one, voice) for one in facts.near)
    return Part(heading=heading, lines=lines, more=facts.near_misses - len(lines))


def _would(facts: Facts, voice: Voice) -> Part:
    lines = tuple(_near_line(one, voice) for one in facts.would)
    return Part(heading="", lines=lines, more=facts.would_be - len(lines))


def _near_line(one: Near, voice: Voice) -> LineView:
    return LineView(
        alert="",
        severity=None,
        rule=voice.line(one.rule_id, 80),
        headline=voice.line(one.headline) or "untitled",
        outlet=voice.line(one.outlet, 60),
        link=voice.link(one.link),
        facts=voice.line(one.short, 160),
    )


def _more_rules(rest: Sequence[RuleLine]) -> str:
    if not rest:
        return ""
    return f"and {number(len(rest), 'rule')} more with {number(sum(one.matches for one in rest), 'match')}"


def _sums(facts: Facts) -> Iterable[str]:
    sums = facts.sums
    yield (
        f"{number(sums.matches, 'match')} = {sums.told} told + {sums.held} held for a reason + {sums.undecided} waiting"
        f"{f'; {sums.lost} LOST' if sums.lost else ''}"
    )
    yield (
        f"{sums.deliveries} deliveries = {sums.sent} sent + {sums.waiting} waiting + {sums.dead} given up"
        f" + {sums.suppressed} taken back"
    )
