"""Alerts as people read them: chat, short and mail; one alert a message. What goes out together is in `gathered`."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pipelines.alerts import AlertDetail, FindingDetail, Message
from pipelines.delivery import marks
from pipelines.delivery.dialects import told
from pipelines.delivery.view import CARRIERS_SHOWN, LONGEST_TITLE, MAIL, TEXT, severity_of, view_of
from pipelines.delivery.wording import web_link
from pipelines.rendering import Templates
from pipelines.states import MessageStyle

LONGEST_HTML = 100_000
"""Gmail shows no more than 102 kB of a mail."""
NOTICE_LINES = 20
TEMPLATES = Path(__file__).parent / "templates"
OURS = Templates(TEMPLATES)


def templates_of(desk: Path) -> Templates:
    """Ours, and before them those that a desk keeps in its folder."""
    return Templates(TEMPLATES, desk / "templates")


def render(
    detail: AlertDetail | FindingDetail,
    style: MessageStyle,
    *,
    zone: str,
    now: datetime,
    templates: Templates = OURS,
    said: str = "",
) -> Message:
    """The message about an alert in a receiver's style; times are told in `zone` (IANA), `now` is the sending.

    `said` is what a mail says before all else: what it is an update of, or why it was kept back.
    """
    view = view_of(detail, TEXT, zone, now)
    heading = " · ".join(part for part in (view.severity, view.alert, view.rule) if part)
    if style is MessageStyle.MAIL:
        title = subject(detail)
        page = _html(detail, zone, now, templates, title=title, said=said)
        return replace(told(heading, templates.fill("mail.txt", view=view, said=said), page), title=title)
    template = "short.txt" if style is MessageStyle.SHORT else "chat.txt"
    return told(heading, templates.fill(template, view=view))


def operator_notice(title: str, lines: Sequence[str]) -> Message:
    """A message about this installation itself, one line for each thing to tell."""
    shown = [_with_links(TEXT.line(line, 2 * LONGEST_TITLE)) for line in lines[:NOTICE_LINES]]
    if len(lines) > NOTICE_LINES:
        shown.append(f"and {len(lines) - NOTICE_LINES} more")
    return told(marks.own(TEXT.line(title)), "\n".join(shown) or "No more is known.")


def _with_links(line: str) -> str:
    """A line of ours with its addresses as links: they are the desk's own."""
    parts = _ADDRESS.split(line)
    return "".join(marks.link(web_link(part) or part) if at % 2 else marks.own(part) for at, part in enumerate(parts))


_ADDRESS = re.compile(r"(https?://[^\s<>\"']+[^\s<>\"'.,:;)])")


def subject(detail: AlertDetail | FindingDetail) -> str:
    """The mail's subject."""
    if isinstance(detail, FindingDetail):
        rule, headline = detail.finding.rule, detail.finding.why
    else:
        rule, headline = detail.match.judgement.rule, detail.match.revision.content.title
    severity = severity_of(rule.severity)
    head = f"{severity} · " if severity else ""
    return f"{head}{MAIL.line(rule.title, 60)}: {MAIL.line(headline, 120) or 'untitled'} [A{detail.alert.alert_id}]"


def _html(detail: AlertDetail | FindingDetail, zone: str, now: datetime, templates: Templates, **words: str) -> str:
    """The mail's page, listing fewer carriers where their links and headlines are so long that it must."""
    for carriers in (CARRIERS_SHOWN, 4):
        page = templates.fill("mail.html", view=view_of(detail, MAIL, zone, now, carriers), **words)
        if len(page) <= LONGEST_HTML:
            return page
    return templates.fill("mail.html", view=view_of(detail, MAIL, zone, now, 0), **words)


def fill(template: str, **values: object) -> str:
    """A template of `templates/` filled in; what ends in .html is escaped."""
    return OURS.fill(template, **values)
