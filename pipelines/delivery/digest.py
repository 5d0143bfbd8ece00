"""A digest as its receiver gets it: HTML and its text by mail, a few lines in chat; what was kept is in it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pipelines.alerts import AlertDetail, Bundled, FindingDetail, Message
from pipelines.delivery import marks
from pipelines.delivery.dialects import told
from pipelines.delivery.digest_view import DigestView, Room, digest_view
from pipelines.delivery.gathered import SHOWN_WHOLE, render_all
from pipelines.delivery.message import OURS
from pipelines.delivery.view import MAIL, TEXT, view_of
from pipelines.digests.records import DigestKind, Facts
from pipelines.rendering import Templates
from pipelines.states import MessageStyle

ROOMS = (Room(lines=15, rules=12), Room(lines=8, rules=6), Room(lines=3, rules=0))
LONGEST_SUBJECT = 60
"""Of what it says beside its name: a list of mails shows no more."""
LONGEST_PAGE = 90_000
"""Gmail hides what is beyond 102 kB of a mail."""
Details = Sequence[AlertDetail | FindingDetail]


def render_digest(
    facts: Facts,
    details: Details,
    style: MessageStyle,
    *,
    zone: str,
    now: datetime,
    page: str | None = None,
    occasion: str = "",
    templates: Templates = OURS,
) -> Message:
    """The message of a digest; `details` are the alerts that were kept for it, `page` is where it stands on the desk's.

    `occasion` says why this receiver gets it, where that is not its own.
    """
    kept = {one.alert.alert_id for one in details}
    view = digest_view(facts, TEXT, zone, now, kept=kept, room=ROOMS[0], page=marks.link(page) if page else None)
    title = " · ".join(part for part in (view.title, _day(view, facts), occasion) if part)
    gathered = _gathered(details, style, zone, now, templates)
    if style is not MessageStyle.MAIL:
        template = "digest_short.txt" if style is MessageStyle.SHORT else "digest_chat.txt"
        return told(title, templates.fill(template, view=view, kept=gathered))
    said = view.summary.rstrip(".:")
    subject = f"{title}: {said if len(said) <= LONGEST_SUBJECT else said.partition(';')[0]}"
    html = _page(facts, details, zone, now, page, templates)
    return replace(told(title, templates.fill("digest.txt", view=view, kept=gathered), html), title=subject)


def _gathered(
    details: Details, style: MessageStyle, zone: str, now: datetime, templates: Templates
) -> tuple[str, str] | None:
    """Heading and text, with its marks, of what was kept."""
    if not details:
        return None
    chat = MessageStyle.CHAT if style is MessageStyle.MAIL else style
    made = render_all(details, chat, occasion="", earlier=Bundled(), zone=zone, now=now, templates=templates)
    return made.title, made.marked or made.text


def _day(view: DigestView, facts: Facts) -> str:
    """The day on which it ends, or of a week all of its time."""
    if facts.kind is DigestKind.FIRST:
        return ""
    begin, _, end = view.covers.partition(" to ")
    day = " ".join(end.split()[:3])
    return f"{' '.join(begin.split()[:3])} to {day}" if facts.kind in (DigestKind.WEEKLY, DigestKind.AWAY) else day


def _page(facts: Facts, details: Details, zone: str, now: datetime, page: str | None, templates: Templates) -> str:
    """The mail's page, listing less where it would be too long; what was kept is listed whatever its length."""
    kept = {one.alert.alert_id for one in details}
    views = [view_of(one, MAIL, zone, now) for one in details]
    html = ""
    for room in ROOMS:
        view = digest_view(facts, MAIL, zone, now, kept=kept, room=room, page=page)
        html = templates.fill("digest.html", view=view, views=views, many=len(views) > SHOWN_WHOLE)
        if len(html) <= LONGEST_PAGE:
            break
    return html
