"""Invented facts of a desk's day, for the tests of digests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipelines.digests.records import Counted, DigestKind, Facts, Line, Near, RuleLine, Sums

ENDS = datetime(2026, 12, 1, 4, tzinfo=UTC)  # 08:00 in Tbilisi
HOUR = timedelta(hours=1)
NOTHING = Sums(matches=0, told=0, held=0, undecided=0, lost=0, deliveries=0, sent=0, waiting=0, dead=0, suppressed=0)
EMPTY = Facts(
    kind=DigestKind.MORNING,
    receiver="desk-mail",
    starts_at=ENDS - 24 * HOUR,
    ends_at=ENDS,
    alerts=0,
    unclaimed=0,
    lines=(),
    held=(),
    silenced=(),
    limited=0,
    near=(),
    near_misses=0,
    near_all=True,
    feeds=34,
    feeds_read=34,
    feed_troubles=(),
    troubles=(),
    rules=(),
    rules_running=12,
    sums=NOTHING,
)


def line(number: int, headline: str, **more: object) -> Line:
    """A sent alert of an hour."""
    usual: dict[str, object] = {
        "alert_id": number,
        "rule_id": "corridor",
        "rule": "Traffic on the corridor",
        "severity": "normal",
        "reason": "first",
        "headline": headline,
        "outlet": "Northern Wire",
        "link": f"https://northern-wire.example/{number}",
        "made_at": ENDS - 5 * HOUR,
        "sent_at": ENDS - number % 10 * HOUR,
        "receivers": ("desk-chat", "desk-mail"),
        "state": "sent",
        "why": "",
        "claimed_by": None,
    }
    return Line(**{**usual, **more})  # type: ignore[arg-type]


def rule(rule_id: str, title: str, *hours: int, **more: object) -> RuleLine:
    """A rule with its matches by the hour."""
    usual: dict[str, object] = {"alerts": 2, "useful": 0, "noise": 0, "claimed_after": None}
    slices = (*hours, *[0] * (24 - len(hours)))
    return RuleLine(rule_id=rule_id, title=title, slices=slices, **{**usual, **more})  # type: ignore[arg-type]


FULL = replace(
    EMPTY,
    alerts=7,
    unclaimed=4,
    lines=(
        line(418, "Peacekeepers escort medical convoy along blocked Lachin corridor", severity="urgent"),
        line(417, "Փաշինյանն ու Մակրոնը հեռախոսով քննարկել են Լեռնային Ղարաբաղի իրավիճակը", severity="high"),
        line(416, "В Степанакерте вторую неделю нет газа", claimed_by="nino"),
        line(415, "Laçın yolunda aksiya davam edir", reason="corrected", claimed_by="georgi"),
        line(414, "Leaders discuss the road again", state="waiting", sent_at=None, why="held for night until 08:00"),
        line(413, "Trucks turn back", state="dead", sent_at=None, why="desk-chat (DESK_CHAT_URL): HTTP 500"),
        line(412, 'Hostile <script>alert(1)</script> @everyone [x](https://evil.example) "quoted"'),
    ),
    held=(Counted(words="once_per", number=12), Counted(words="status", number=4)),
    silenced=(Counted(words="silenced by S3 until 12:00 (nino: moving house)", number=3),),
    limited=2,
    near=(
        Near(
            rule_id="corridor",
            headline="Trucks wait at the tunnel",
            outlet="Outlet C",
            link="https://outlet-c.example/9",
            short="18 words apart, limit 15: near(place, force, words=15)",
        ),
    ),
    near_misses=4,
    near_all=False,
    feeds_read=33,
    feed_troubles=("radio-tulip could not be read since 30 Nov 12:00 UTC (9 times in a row): HTTP 503",),
    troubles=("desk-chat takes no messages",),
    rules=(
        rule("corridor", "Traffic on the corridor", 0, 2, 5, 1, *[0] * 12, 9, useful=2, noise=1, claimed_after=410.0),
        rule("talks", "Talks between Yerevan and Baku", *[0] * 20, 1),
    ),
    sums=replace(NOTHING, matches=34, told=15, held=16, undecided=3, deliveries=14, sent=11, waiting=2, dead=1),
)
WEEK = replace(FULL, kind=DigestKind.WEEKLY, starts_at=ENDS - 168 * HOUR)
WEEK = replace(WEEK, rules=(replace(FULL.rules[0], slices=(1, *[0] * 20, 4, 2, 0, 0, 7, 1, 0)),))
FIRST = replace(
    EMPTY,
    kind=DigestKind.FIRST,
    would=(
        Near(
            rule_id="corridor",
            headline="Trucks wait at the tunnel",
            outlet="Outlet C",
            link="https://outlet-c.example/9",
            short="place and force, 5 words apart",
        ),
    ),
    would_be=3,
    articles=120,
)
