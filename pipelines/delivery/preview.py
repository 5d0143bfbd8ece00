"""A message in every service's own format, as it would be sent: for people to look at, and for tests; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.delivery.dialects import (
    DISCORD,
    MATRIX,
    MATTERMOST,
    PLAIN,
    SLACK,
    SMS,
    TEAMS,
    TELEGRAM,
    Dialect,
    Post,
    posts,
)
from pipelines.delivery.gathered import render_all
from pipelines.delivery.message import OURS
from pipelines.delivery.samples import Sample
from pipelines.rendering import Templates
from pipelines.states import MessageStyle

FORMATS: Mapping[str, tuple[MessageStyle, Dialect]] = {
    **{one.name: (MessageStyle.CHAT, one) for one in (SLACK, TELEGRAM, DISCORD, TEAMS, MATRIX, MATTERMOST, PLAIN)},
    "mail": (MessageStyle.MAIL, PLAIN),
    "sms": (MessageStyle.SHORT, SMS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one service would be sent."""

    service: str
    posts: tuple[Post, ...]
    html: str | None = None
    """A mail's page; its text is the one post, with its subject."""


def shown(service: str, told: Sample, *, zone: str, now: datetime, templates: Templates = OURS) -> Shown:
    """The message in the format of that name in FORMATS."""
    style, dialect = FORMATS[service]
    message = render_all(
        told.details,
        style,
        occasion=told.occasion,
        earlier=told.earlier,
        zone=zone,
        now=now,
        templates=templates,
    )
    if style is MessageStyle.MAIL:
        return Shown(service=service, posts=(Post(message.title, message.text),), html=message.html)
    return Shown(service=service, posts=tuple(posts(message, dialect)))
