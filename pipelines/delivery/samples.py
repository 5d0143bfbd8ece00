"""Invented alerts, one of each kind that a desk is told: for previews, and to try a desk's templates on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipelines.alerts import Alert, AlertDetail, Bundled, Carrier, Finding, FindingDetail
from pipelines.model import Article, Content, Hit, Judgement, Match, Outlet, Published, Revision, Rule
from pipelines.passages import Passage
from pipelines.policy import Counted, Volume
from pipelines.states import (
    AlertId,
    AlertReason,
    ArticleId,
    Field,
    MatchId,
    Outcome,
    OutletId,
    PassageKind,
    RevisionId,
    RuleId,
    RuleVersion,
    Severity,
    StoryId,
)

_LEAD = "A peacekeeper stood at the activists' camp in the Lachin corridor on Monday, and let nobody through."
_REST = "The road has been closed since December. Talks go on."
_CAPTION = "A peacekeeper at the activists' camp in the Lachin corridor."
_HOSTILE = (
    "<!channel> @everyone @here *bold* _under_ ~gone~ `code` [your bank](https://evil.example/a) <b>now</b> "
    "tg://user?id=1 :fire: {{ 7*7 }} #tag /start & more \u202etxt.exe"
)


NOTHING = Bundled()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one message tells, with what its receiver had before."""

    details: tuple[AlertDetail | FindingDetail, ...]
    earlier: Bundled = NOTHING
    occasion: str = ""


def sample(name: str, now: datetime) -> Sample:
    """The sample of that name in SAMPLES, as if it were sent at `now`."""
    return SAMPLES[name](now)


def _first(now: datetime) -> Sample:
    return Sample(details=(_alert(now),))


def _caption(now: datetime) -> Sample:
    body = f"{_REST}\n{_CAPTION}"
    passage = Passage(kind=PassageKind.CAPTION, start=len(_REST) + 1, end=len(body))
    return Sample(details=(_alert(now, body=body, passages=(passage,)),))


def _update(now: datetime) -> Sample:
    outlet = Outlet(outlet_id=OutletId("outlet-d.example"), title="Outlet D")
    told = _alert(now, 415, title="Leaders meet over the closed road", outlet=outlet)
    again = replace(told.alert, reason=AlertReason.SOURCES, why="third source (1 when last told)")
    return Sample(details=(replace(told, alert=again, carriers=told.carriers[:1]),), earlier=_earlier(now))


def _correction(now: datetime) -> Sample:
    told = _alert(now, 416, title="Armenia regrets action over the corridor")
    why = "its headline was: Armenia urges action over the corridor"
    again = replace(told.alert, reason=AlertReason.CORRECTED, why=why)
    return Sample(details=(replace(told, alert=again),), earlier=_earlier(now))


def _taken_down(now: datetime) -> Sample:
    told = _alert(now, 417)
    again = replace(told.alert, reason=AlertReason.TAKEN_DOWN, why="HTTP 410, 3 times")
    return Sample(details=(replace(told, alert=again),), earlier=_earlier(now))


def _held(now: datetime) -> Sample:
    """Thirty headlines of one night, two of them with much to say."""
    details = tuple(
        _alert(
            now, 500 + number, title=f"Headline {number} of a long night: {'and so it went on ' * (number % 9)}".strip()
        )
        for number in range(1, 31)
    )
    return Sample(details=details, occasion="held for night until 08:00")


def _long(now: datetime) -> Sample:
    title = "A headline that goes on and on, " + "as if nobody had ever told its author where a headline ends, " * 6
    far = " and so the report went on" * 14
    body = f"It began in the morning{far} until a peacekeeper{far} was seen near Lachin{far} in the evening."
    carriers = tuple(_carrier(f"Outlet {letter}", title, "x" * 300) for letter in "BCDEFGHIJKLMNOPQ")
    return Sample(details=(_alert(now, body=body, title=title, carriers=carriers),))


def _hostile(now: datetime) -> Sample:
    outlet = Outlet(outlet_id=OutletId("outlet-a.example"), title="<Outlet> & @all")
    body = f"{_HOSTILE}\nA peacekeeper <img src=x onerror=a> near Lachin [x](https://evil.example)."
    carriers = (_carrier("@channel", _HOSTILE, "@here"),)
    return Sample(details=(_alert(now, title=_HOSTILE, body=body, outlet=outlet, carriers=carriers),))


def _volume(now: datetime) -> Sample:
    rule = replace(_RULE, rule_id=RuleId("lachin-surge"), title="Coverage of the corridor is surging")
    rule = replace(
        rule, volume=Volume(of=(_RULE.rule_id,), count=Counted.STORIES, window=timedelta(hours=2), at_least=5)
    )
    finding = Finding(
        rule=rule,
        subject="volume:1",
        starts_at=now - timedelta(hours=2),
        ends_at=now,
        number=7,
        usual=2.0,
        why="7 stories in 2 h, 2 are usual",
    )
    alert = _row(418, now, AlertReason.VOLUME)
    return Sample(details=(FindingDetail(alert=alert, finding=finding, page=_page(418)),))


SAMPLES: Mapping[str, Callable[[datetime], Sample]] = {
    "first": _first,
    "caption": _caption,
    "update": _update,
    "correction": _correction,
    "taken-down": _taken_down,
    "held": _held,
    "long": _long,
    "hostile": _hostile,
    "volume": _volume,
}

_RULE = Rule(
    rule_id=RuleId("lachin-peacekeepers"),
    version=RuleVersion("1"),
    title="Peacekeepers and the Lachin corridor",
    severity=Severity.HIGH,
)
_OUTLET = Outlet(outlet_id=OutletId("outlet-a.example"), title="Outlet A")


def _alert(
    now: datetime,
    number: int = 412,
    *,
    title: str = "Armenia urges action over the corridor",
    body: str = f"{_LEAD} {_REST}",
    passages: tuple[Passage, ...] = (),
    outlet: Outlet = _OUTLET,
    carriers: tuple[Carrier, ...] | None = None,
) -> AlertDetail:
    published = Published(moment=now - timedelta(minutes=4))
    content = Content(title=title, body=body, language="en", published=published, passages=passages)
    link = f"https://outlet-a.example/{number}"
    article = Article(
        article_id=ArticleId(number), url=link, link=link, outlet=outlet, first_seen_at=now - timedelta(minutes=1)
    )
    match = Match(
        match_id=MatchId(number),
        revision=Revision(revision_id=RevisionId(number), article=article, content=content, extracted_at=now),
        judgement=Judgement(
            rule=_RULE,
            outcome=Outcome.MATCH,
            hits=tuple(_hit(group, word, body) for group, word in (("any", "Lachin"), ("and_any", "peacekeeper"))),
            clause="any and and_any",
        ),
        story_id=StoryId(7),
        matched_at=now,
    )
    others = (_carrier("Outlet B", "Yerevan calls for action"),) if carriers is None else carriers
    return AlertDetail(
        alert=_row(number, now, AlertReason.FIRST),
        match=match,
        carriers=(Carrier(outlet=outlet, title=title, link=link), *others),
        related=(_carrier("Outlet C", "Leaders discuss the road again"),),
        page=_page(number),
    )


def _row(number: int, now: datetime, reason: AlertReason) -> Alert:
    return Alert(alert_id=AlertId(number), subject="story:7", sequence=1, reason=reason, created_at=now)


def _page(number: int) -> str:
    return f"https://desk.example/A{number}?key=sample"


def _hit(group: str, word: str, body: str) -> Hit:
    start = body.index(word)
    return Hit(group=group, field=Field.BODY, start=start, end=start + len(word), text=word)


def _carrier(name: str, title: str, path: str = "1") -> Carrier:
    address = f"https://{name.strip('@').replace(' ', '-').lower()}.example/{path}"
    return Carrier(outlet=Outlet(outlet_id=OutletId(name), title=name), title=title, link=address)


def _earlier(now: datetime) -> Bundled:
    return Bundled(last_alert=AlertId(412), last_sent_at=now - timedelta(minutes=20))
