"""Ids and states: the vocabulary that every record and table speaks; imports the standard library only."""

import hashlib
from enum import StrEnum
from typing import NewType

FeedId = NewType("FeedId", str)
OutletId = NewType("OutletId", str)
ArticleId = NewType("ArticleId", int)
RevisionId = NewType("RevisionId", int)
StoryId = NewType("StoryId", int)
RuleId = NewType("RuleId", str)
RuleVersion = NewType("RuleVersion", str)
MatchId = NewType("MatchId", int)
AlertId = NewType("AlertId", int)
DeliveryId = NewType("DeliveryId", int)
ReceiverId = NewType("ReceiverId", str)
DigestId = NewType("DigestId", int)


class SourceKind(StrEnum):
    """How a source's body is read."""

    AUTO = "auto"
    """As the answer itself shows; a plain page never does."""
    FEED = "feed"
    SITEMAP = "sitemap"
    PAGE = "page"
    TELEGRAM = "telegram"


class Precision(StrEnum):
    """How exactly a source gave a time."""

    DAY = "day"
    TIME = "time"


class StoryEditKind(StrEnum):
    """What was done to stories after they were grouped."""

    SPLIT = "split"
    """The desk took an article out of `story_id`; `other_id` is its story since."""
    MERGE = "merge"
    """The desk put the story `other_id` into `story_id`."""
    BRIDGE = "bridge"
    """An article that is one text with both did the same."""
    UNLINK = "unlink"
    """The desk took the story `other_id` out of the event of `story_id`."""
    LINK = "link"
    """The desk put the two stories into one event."""


class TextSource(StrEnum):
    """Where an article's body came from."""

    PAGE = "page"
    FEED = "feed"
    HEADLINE = "headline"
    """Only a title, and perhaps a lead, could be had."""


class PassageKind(StrEnum):
    """What a marked part of a body is."""

    CAPTION = "photo caption"
    """Matched, and named as such where a hit stands in it."""
    APPEAL = "appeal"
    """Printed by the outlet under everything, to its readers: kept and shown, never matched."""
    BACKGROUND = "background"
    """Told by the outlet again and again: matched, but of little weight when stories are compared."""


class RuleStatus(StrEnum):
    """How far a rule is on its way."""

    DRAFT = "draft"
    SHADOW = "shadow"
    LIVE = "live"
    RETIRED = "retired"


class Severity(StrEnum):
    """How loud a rule's alerts are."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class OncePer(StrEnum):
    """What one alert of a rule stands for."""

    STORY = "story"
    ARTICLE = "article"


class Outcome(StrEnum):
    """What a rule says of an article."""

    MATCH = "match"
    NO_MATCH = "no_match"
    PARTIAL = "partial"
    """No match on what there is, but more text could turn it."""


class Field(StrEnum):
    """The part of an article a hit stands in."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"
    URL = "url"
    AUTHOR = "author"
    TAGS = "tags"
    SOURCE = "source"


TEXT_FIELDS = frozenset({Field.TITLE, Field.LEAD, Field.BODY})
"""Where terms look unless their group says otherwise."""


class AlertReason(StrEnum):
    """Why the desk is told."""

    FIRST = "first"
    SOURCES = "sources"
    NEW_GROUP = "new group"
    TEXT_CHANGED = "text changed"
    CORRECTED = "corrected"
    TAKEN_DOWN = "taken down"
    VOLUME = "volume"


class VerdictKind(StrEnum):
    """What became of a match at a step."""

    SENT = "sent"
    HELD = "held"
    MERGED = "merged"
    SILENCED = "silenced"
    LIMITED = "limited"
    FAILED = "failed"


class DeliveryState(StrEnum):
    """Where a delivery stands; every one ends sent, dead or suppressed."""

    PENDING = "pending"
    HELD = "held"
    SENT = "sent"
    DEAD = "dead"
    SUPPRESSED = "suppressed"


class MessageStyle(StrEnum):
    """How a receiver's messages are written."""

    CHAT = "chat"
    MAIL = "mail"
    SHORT = "short"


def digest(*parts: str) -> str:
    """SHA-256 (hex) of parts, each with its white space folded, kept apart by NUL."""
    folded = "\0".join([" ".join(part.split()) for part in parts])
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()
