"""Several alerts in one message: an event's first ones, an update of it, or what a hold or digest kept back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pipelines.alerts import AlertDetail, Bundled, FindingDetail, Message
from pipelines.delivery.dialects import told
from pipelines.delivery.message import LONGEST_HTML, OURS, render, subject
from pipelines.delivery.view import MAIL, TEXT, View, Voice, carrier_view, severity_of, view_of
from pipelines.delivery.wording import clean, moment, number
from pipelines.model import Rule
from pipelines.rendering import Templates
from pipelines.states import AlertReason, MessageStyle, Severity

Details = Sequence[AlertDetail | FindingDetail]
SHOWN_WHOLE = 8
"""Alerts of a message; beyond, each is a line: chat services cut a post at 2,000 (Discord) to 40,000 characters."""
_GRAVE = frozenset({AlertReason.CORRECTED, AlertReason.TAKEN_DOWN})
_LOUDEST = (Severity.URGENT, Severity.HIGH, Severity.NORMAL, Severity.LOW)


def render_all(
    details: Details,
    style: MessageStyle,
    *,
    occasion: str,
    earlier: Bundled,
    zone: str,
    now: datetime,
    templates: Templates = OURS,
) -> Message:
    """The message about a bundle, each alert in it with headline and link.

    `occasion` says why it was kept back, empty where it was not; `earlier` is what the bundle has sent already, with
    the reprints that are named here because no alert is.
    """
    grave = any(one.alert.reason in _GRAVE for one in details)
    if len(details) == 1 and not occasion and not grave and earlier.last_alert is None:
        return render(details[0], style, zone=zone, now=now, templates=templates)
    heading = _heading(details, occasion, earlier, zone, now)
    if len(details) == 1 and not earlier.reprints:
        title = _subject(details, heading, occasion, earlier) if style is MessageStyle.MAIL else heading
        said = " · ".join(part for part in (_update(details, earlier, zone, now), clean(occasion)) if part)
        return replace(render(details[0], style, zone=zone, now=now, templates=templates, said=said), title=title)
    views, reprints = _views(details, TEXT, zone, now), [carrier_view(one, TEXT) for one in earlier.reprints]
    if style is MessageStyle.SHORT:
        return told(heading, templates.fill("gathered_short.txt", views=views, reprints=reprints))
    many = len(details) > SHOWN_WHOLE
    text = templates.fill("gathered_many.txt" if many else "gathered.txt", views=views, reprints=reprints)
    if style is not MessageStyle.MAIL:
        return told(heading, text)
    pages, printed = _views(details, MAIL, zone, now), [carrier_view(one, MAIL) for one in earlier.reprints]
    title = _subject(details, heading, occasion, earlier)
    page = templates.fill("gathered.html", views=pages, reprints=printed, heading=heading, many=many, title=title)
    # A page too long to be sent whole gives way to the text, which is split where it must be.
    html = page if len(page) <= LONGEST_HTML else None
    return replace(told(heading, f"{heading}\n\n{text}", html), title=title)


def _views(details: Details, voice: Voice, zone: str, now: datetime) -> list[View]:
    return [view_of(detail, voice, zone, now) for detail in details]


def _heading(details: Details, occasion: str, earlier: Bundled, zone: str, now: datetime) -> str:
    """What this message is: `UPDATE to A412 (sent 20:45) · third source · HIGH · A415 · the rule's title`."""
    rules = [_rule(detail) for detail in details]
    severity = severity_of(next(one for one in _LOUDEST if any(rule.severity is one for rule in rules)))
    first, others = TEXT.line(rules[0].title, 80), len({rule.rule_id for rule in rules}) - 1
    more = "" if not others else f" and {others} more rule{'' if others == 1 else 's'}"
    alerts = f"{len(details)} alerts" if len(details) > 4 else ", ".join(f"A{one.alert.alert_id}" for one in details)
    update = _update(details, earlier, zone, now)
    grave = " and ".join(dict.fromkeys(one.alert.reason.upper() for one in details if one.alert.reason in _GRAVE))
    if update:
        grave = ""
    return " · ".join(part for part in (update, grave, severity, alerts, f"{first}{more}", clean(occasion)) if part)


def _update(details: Details, earlier: Bundled, zone: str, now: datetime) -> str:
    """What it follows and what is new; empty where it follows nothing."""
    if earlier.last_alert is None or earlier.last_sent_at is None:
        return ""
    sent = moment(earlier.last_sent_at, zone, now)
    return f"UPDATE to A{earlier.last_alert} (sent {sent}) · {news(details, earlier)}"


def news(details: Details, earlier: Bundled) -> str:
    """What is new since the message before: `third source`, `another report, by Outlet B and 2 more reports`."""
    found = dict.fromkeys(_news(one, earlier) for one in details)
    reports = [one for one in found if one.startswith(_REPORT)]
    others = [one for one in found if not one.startswith(_REPORT)]
    if len(reports) > 1:
        reports = [f"{reports[0]} and {number(len(reports) - 1, 'more report')}"]
    if len(others) > NEWS_SHOWN:
        others = [*others[:NEWS_SHOWN], "and more"]
    return ", ".join([*reports, *others])


def _news(detail: AlertDetail | FindingDetail, earlier: Bundled) -> str:
    if isinstance(detail, FindingDetail):
        return TEXT.line(detail.finding.why, 100)
    if detail.alert.reason is not AlertReason.FIRST:
        why = TEXT.line(detail.alert.why, 100)
        if detail.alert.reason in _GRAVE:
            return ": ".join(part for part in (detail.alert.reason.upper(), why) if part)
        return why or str(detail.alert.reason)
    article = detail.match.revision.article
    if article.article_id in earlier.articles:
        return f"also under {TEXT.line(detail.match.judgement.rule.title, 80)}"
    return f"{_REPORT}, by {TEXT.line(article.outlet.title, 60)}"


_REPORT = "another report"
NEWS_SHOWN = 3


def _subject(details: Details, heading: str, occasion: str, earlier: Bundled) -> str:
    """A mail's subject: the first headline, where one event is told; else the heading."""
    if occasion:
        return heading
    grave = next((one.alert.reason for one in details if one.alert.reason in _GRAVE), None)
    update = f"{(grave or 'update').capitalize()}: " if earlier.last_alert is not None else ""
    more = f" and {len(details) - 1} more" if len(details) > 1 else ""
    return f"{update}{subject(details[0])}{more}"


def _rule(detail: AlertDetail | FindingDetail) -> Rule:
    return detail.finding.rule if isinstance(detail, FindingDetail) else detail.match.judgement.rule
