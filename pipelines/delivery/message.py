"""Alerts as people read them: chat, short and mail. All words from outside are bounded, and inert in plain text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.alerts import AlertDetail, FindingDetail, Message
from pipelines.delivery import excerpt
from pipelines.delivery.excerpt import Part, Quote
from pipelines.delivery.languages import language_name
from pipelines.delivery.wording import clean, cut, inert, inert_link, moment, publication, web_link, zone_name
from pipelines.states import AlertReason, MessageStyle, Severity, TextSource

if TYPE_CHECKING:
    from jinja2 import Template

LONGEST_TITLE = 200
LONGEST_HTML = 30_000
"""Apprise splits a mail above 32,768 characters, which would cut through its markup."""
CARRIERS_SHOWN = 12
NOTICE_LINES = 20

_TEXT_NOTES = {TextSource.HEADLINE: "headline only", TextSource.FEED: "feed text only"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Carrier:
    outlet: str
    title: str
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What the templates see: words that need no more care than their escaping."""

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
    carriers: tuple[_Carrier, ...]
    unnamed: int
    """Carriers beyond those listed."""
    published: str
    """When it was published, or what was counted when."""
    found: str
    sent: str
    zone: str


@dataclass(frozen=True, slots=True)
class _Voice:
    """How words and links from outside are made fit for one kind of text."""

    words: Callable[[str], str]
    link: Callable[[str], str | None]

    def line(self, text: str, limit: int = LONGEST_TITLE) -> str:
        return cut(self.words(text).strip(), limit)

    def quote(self, quote: Quote) -> Quote:
        return tuple(Part(cut(self.words(part.text), excerpt.LONGEST_SENTENCE), part.hit) for part in quote)


_TEXT = _Voice(inert, inert_link)
_HTML = _Voice(clean, web_link)


def render(detail: AlertDetail | FindingDetail, style: MessageStyle, *, zone: str, now: datetime) -> Message:
    """The message about an alert in a receiver's style; times are told in `zone` (IANA), `now` is the sending."""
    view = _view(detail, _TEXT, zone, now)
    heading = " · ".join(part for part in (view.severity, view.alert, view.rule) if part)
    if style is MessageStyle.MAIL:
        return Message(title=_subject(detail), text=_fill("mail.txt", view), html=_html(detail, zone, now))
    template = "short.txt" if style is MessageStyle.SHORT else "chat.txt"
    return Message(title=heading, text=_fill(template, view))


def operator_notice(title: str, lines: Sequence[str]) -> Message:
    """A message about this installation itself, one line for each thing to tell."""
    shown = [_TEXT.line(line, 2 * LONGEST_TITLE) for line in lines[:NOTICE_LINES]]
    if len(lines) > NOTICE_LINES:
        shown.append(f"and {len(lines) - NOTICE_LINES} more")
    return Message(title=_TEXT.line(title), text="\n".join(shown) or "No more is known.")


def _subject(detail: AlertDetail | FindingDetail) -> str:
    if isinstance(detail, FindingDetail):
        rule, headline = detail.finding.rule, detail.finding.why
    else:
        rule, headline = detail.match.judgement.rule, detail.match.revision.content.title
    severity = _severity(rule.severity)
    head = f"{severity} · " if severity else ""
    return f"{head}{_HTML.line(rule.title, 60)}: {_HTML.line(headline, 120) or 'untitled'} [A{detail.alert.alert_id}]"


def _view(
    detail: AlertDetail | FindingDetail, voice: _Voice, zone: str, now: datetime, carriers: int = CARRIERS_SHOWN
) -> _View:
    if isinstance(detail, FindingDetail):
        return _finding_view(detail, voice, zone, now)
    judgement, revision = detail.match.judgement, detail.match.revision
    article, content = revision.article, revision.content
    others = _others(detail, voice)
    return _View(
        severity=_severity(judgement.rule.severity),
        alert=f"A{detail.alert.alert_id}",
        rule=voice.line(judgement.rule.title),
        headline=_headline(detail, voice),
        outlet=voice.line(article.outlet.title, 80),
        language=voice.line(language_name(content.language), 30) if content.language else None,
        note=_TEXT_NOTES.get(content.text_source),
        link=voice.link(article.link),
        quotes=tuple(voice.quote(quote) for quote in excerpt.quotes(content, judgement.hits)),
        why=_why(detail, voice),
        carriers=others[:carriers],
        unnamed=max(0, len(others) - carriers),
        published=f"Published {publication(content.published, zone, now)}"
        if content.published
        else "No time of publication",
        found=moment(article.first_seen_at, zone, now),
        sent=moment(now, zone, now),
        zone=zone_name(zone),
    )


def _finding_view(detail: FindingDetail, voice: _Voice, zone: str, now: datetime) -> _View:
    """A volume: how many, how many are usual, and when; there is no article to show."""
    finding = detail.finding
    counted = ", ".join(finding.rule.volume.of) if finding.rule.volume else "other rules"
    return _View(
        severity=_severity(finding.rule.severity),
        alert=f"A{detail.alert.alert_id}",
        rule=voice.line(finding.rule.title),
        headline=(Part(voice.line(finding.why)),),
        outlet=voice.line(f"matches of {counted}"),
        language=None,
        note=None,
        link=None,
        quotes=(),
        why=voice.line(f"the volume rule {finding.rule.rule_id}"),
        carriers=(),
        unnamed=0,
        published=f"Counted {moment(finding.starts_at, zone, now)} to {moment(finding.ends_at, zone, now)}",
        found=moment(detail.alert.created_at, zone, now),
        sent=moment(now, zone, now),
        zone=zone_name(zone),
    )


def _severity(severity: Severity) -> str | None:
    return None if severity is Severity.NORMAL else severity.upper()


def _headline(detail: AlertDetail, voice: _Voice) -> Quote:
    content = detail.match.revision.content
    if len(content.title) > LONGEST_TITLE:
        return (Part(voice.line(content.title)),)
    return voice.quote(excerpt.headline(content, detail.match.judgement.hits)) or (Part("(no headline)"),)


def _why(detail: AlertDetail, voice: _Voice) -> str:
    """Why again, where it is; the deciding clause; how far its groups stand apart, where the clause does not say so."""
    judgement, alert = detail.match.judgement, detail.alert
    if alert.reason is not AlertReason.FIRST:
        again = voice.line(alert.why, 200)
        return f"{alert.reason}{f': {again}' if again else ''} · {voice.line(judgement.clause, 300)}"
    if "(" in judgement.clause:
        return voice.line(judgement.clause, 300)
    apart = excerpt.words_apart(detail.match.revision.content, judgement.hits)
    distance = {None: "", 0: ", next to each other", 1: ", 1 word apart"}.get(apart, f", {apart} words apart")
    return f"{voice.line(judgement.clause or 'the rule matched', 300)}{distance}"


def _others(detail: AlertDetail, voice: _Voice) -> tuple[_Carrier, ...]:
    """The outlets that print the same text, each once, without the article's own."""
    seen = {detail.match.revision.article.outlet.outlet_id}
    others = []
    for carrier in detail.carriers:
        if carrier.outlet.outlet_id not in seen:
            seen.add(carrier.outlet.outlet_id)
            title = voice.line(carrier.title) or "untitled"
            outlet = voice.line(carrier.outlet.title, 80)
            others.append(_Carrier(outlet=outlet, title=title, link=voice.link(carrier.link)))
    return tuple(others)


def _html(detail: AlertDetail | FindingDetail, zone: str, now: datetime) -> str:
    """The mail's page, listing fewer carriers where their links and headlines are so long that it must."""
    for carriers in (CARRIERS_SHOWN, 4):
        page = _fill("mail.html", _view(detail, _HTML, zone, now, carriers))
        if len(page) <= LONGEST_HTML:
            return page
    return _fill("mail.html", _view(detail, _HTML, zone, now, 0))


def _fill(template: str, view: _View) -> str:
    return _template(template).render(view=view).strip()


@lru_cache
def _template(name: str) -> "Template":
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
