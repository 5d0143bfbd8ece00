"""What a message says of an alert: words from outside bounded, and made fit for one kind of text."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pipelines.alerts import AlertDetail, Carrier, FindingDetail
from pipelines.delivery import excerpt, marks
from pipelines.delivery.dialects import unlinked
from pipelines.delivery.excerpt import Part, Quote
from pipelines.delivery.languages import language_name
from pipelines.delivery.wording import clean, cut, moment, publication, web_link, zone_name
from pipelines.states import AlertReason, Severity, TextSource

LONGEST_TITLE = 200
CARRIERS_SHOWN = 12
RELATED_SHOWN = 3

_NOTES = {TextSource.HEADLINE: "headline only", TextSource.FEED: "feed text only"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierView:
    outlet: str
    title: str
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the templates see: words that need no more care than their escaping, links that stand as they are to be."""

    severity: str | None
    alert: str
    rule: str
    headline: Quote
    outlet: str
    language: str | None
    note: str | None
    """Said where the rule was judged on less than the page's text."""
    link: str | None
    quotes: tuple[Quote, ...]
    why: str
    again: str
    """Why the desk is told more than once; empty for what is told first."""
    carriers: tuple[CarrierView, ...]
    unnamed: int
    """Carriers beyond those listed."""
    related: tuple[CarrierView, ...]
    """Other reports, perhaps of the same event."""
    page: str | None
    """Where the reader can say what they make of it."""
    published: str
    """When it was published, or what was counted when."""
    found: str
    sent: str
    zone: str


@dataclass(frozen=True, slots=True)
class Voice:
    """How words and links from outside are made fit for one kind of text."""

    words: Callable[[str], str]
    link: Callable[[str], str | None]

    def line(self, text: str, limit: int = LONGEST_TITLE) -> str:
        return cut(self.words(text).strip(), limit)

    def quote(self, quote: Quote) -> Quote:
        parts = (Part(cut(self.words(part.text), excerpt.LONGEST_SENTENCE), part.hit) for part in quote)
        return Quote(tuple(parts), quote.caption)


def _marked_link(link: str) -> str | None:
    address = web_link(link)
    return None if address is None else marks.link(address)


TEXT = Voice(clean, _marked_link)
"""A text with marks: what the words may do is the dialect's care that they are written in."""
MAIL = Voice(lambda text: unlinked(clean(text)), web_link)
"""A page in a mail, whose reader makes links of addresses by itself."""
HTML = Voice(clean, web_link)
"""A page of ours in a browser."""


def view_of(
    detail: AlertDetail | FindingDetail, voice: Voice, zone: str, now: datetime, carriers: int = CARRIERS_SHOWN
) -> View:
    if isinstance(detail, FindingDetail):
        return _finding_view(detail, voice, zone, now)
    judgement, revision = detail.match.judgement, detail.match.revision
    article, content = revision.article, revision.content
    others = _others(detail, voice)
    return View(
        severity=severity_of(judgement.rule.severity),
        alert=f"A{detail.alert.alert_id}",
        rule=voice.line(judgement.rule.title),
        headline=_headline(detail, voice),
        outlet=voice.line(article.outlet.title, 80),
        language=voice.line(language_name(content.language), 30) if content.language else None,
        note=_NOTES.get(content.text_source),
        link=voice.link(article.link),
        quotes=tuple(voice.quote(quote) for quote in excerpt.quotes(content, judgement.hits)),
        why=_why(detail, voice),
        again=_again(detail, voice),
        carriers=others[:carriers],
        unnamed=max(0, len(others) - carriers),
        related=tuple(carrier_view(one, voice) for one in detail.related[:RELATED_SHOWN]),
        page=voice.link(detail.page) if detail.page else None,
        published=f"Published {publication(content.published, zone, now)}"
        if content.published
        else "No time of publication",
        found=moment(article.first_seen_at, zone, now),
        sent=moment(now, zone, now),
        zone=zone_name(zone),
    )


def _finding_view(detail: FindingDetail, voice: Voice, zone: str, now: datetime) -> View:
    """A volume: how many, how many are usual, and when; there is no article to show."""
    finding = detail.finding
    counted = ", ".join(finding.rule.volume.of) if finding.rule.volume else "other rules"
    return View(
        severity=severity_of(finding.rule.severity),
        alert=f"A{detail.alert.alert_id}",
        rule=voice.line(finding.rule.title),
        headline=Quote((Part(voice.line(finding.why)),)),
        outlet=voice.line(f"matches of {counted}"),
        language=None,
        note=None,
        link=None,
        quotes=(),
        why=voice.line(f"the volume rule {finding.rule.rule_id}"),
        again="",
        carriers=(),
        unnamed=0,
        related=(),
        page=voice.link(detail.page) if detail.page else None,
        published=f"Counted {moment(finding.starts_at, zone, now)} to {moment(finding.ends_at, zone, now)}",
        found=moment(detail.alert.created_at, zone, now),
        sent=moment(now, zone, now),
        zone=zone_name(zone),
    )


def severity_of(severity: Severity) -> str | None:
    """As it is shown; nothing for what is usual."""
    return None if severity is Severity.NORMAL else severity.upper()


def _headline(detail: AlertDetail, voice: Voice) -> Quote:
    content = detail.match.revision.content
    if len(content.title) > LONGEST_TITLE:
        return Quote((Part(voice.line(content.title)),))
    return voice.quote(excerpt.headline(content, detail.match.judgement.hits)) or Quote((Part("(no headline)"),))


def _why(detail: AlertDetail, voice: Voice) -> str:
    """Why again, where it is; the deciding clause; how far its groups stand apart, where the clause does not say so."""
    judgement, again = detail.match.judgement, _again(detail, voice)
    if again:
        return f"{again} · {voice.line(judgement.clause, 300)}"
    if "(" in judgement.clause:
        return voice.line(judgement.clause, 300)
    apart = excerpt.words_apart(detail.match.revision.content, judgement.hits)
    distance = {None: "", 0: ", next to each other", 1: ", 1 word apart"}.get(apart, f", {apart} words apart")
    return f"{voice.line(judgement.clause or 'the rule matched', 300)}{distance}"


def _again(detail: AlertDetail, voice: Voice) -> str:
    alert = detail.alert
    if alert.reason is AlertReason.FIRST:
        return ""
    why = voice.line(alert.why, 200)
    return f"{alert.reason}{f': {why}' if why else ''}"


def _others(detail: AlertDetail, voice: Voice) -> tuple[CarrierView, ...]:
    """The outlets that print the same text, each once, without the article's own."""
    seen = {detail.match.revision.article.outlet.outlet_id}
    others = []
    for carrier in detail.carriers:
        if carrier.outlet.outlet_id not in seen:
            seen.add(carrier.outlet.outlet_id)
            others.append(carrier_view(carrier, voice))
    return tuple(others)


def carrier_view(carrier: Carrier, voice: Voice) -> CarrierView:
    title, outlet = voice.line(carrier.title) or "untitled", voice.line(carrier.outlet.title, 80)
    return CarrierView(outlet=outlet, title=title, link=voice.link(carrier.link))
