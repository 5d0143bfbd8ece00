"""What becomes of a match: the desk is told, or it is held back, always with a reason; pure.

Order: the rule's status, backlog, age, once per story or article.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.alerts import BACKLOG_REASON, Verdict
from pipelines.model import Match, Rule
from pipelines.states import AlertId, AlertReason, OncePer, Precision, RuleStatus, VerdictKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Make an alert about `subject`."""

    subject: str
    reason: AlertReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Make no alert; `reason` is for the ledger, in plain words."""

    kind: VerdictKind
    reason: str


Decision = Tell | Hold


def decide(match: Match, *, last_alert: AlertId | None, now: datetime) -> Decision:
    """What becomes of `match`, where `last_alert` is the newest alert of its rule about `subject_of(match)`."""
    reason = _held_because(match, last_alert, now)
    if reason is not None:
        return Hold(kind=VerdictKind.HELD, reason=reason)
    return Tell(subject=subject_of(match), reason=AlertReason.FIRST)


def verdict(match: Match, decision: Hold, now: datetime) -> Verdict:
    """The ledger's row of a match that is held back."""
    return Verdict(match_id=match.match_id, step="dispatch", kind=decision.kind, reason=decision.reason, decided_at=now)


def subject_of(match: Match) -> str:
    """What one alert of the match's rule stands for: `story:7` or `article:7`."""
    if match.judgement.rule.once_per is OncePer.ARTICLE:
        return f"article:{match.revision.article.article_id}"
    return f"story:{match.story_id}"


def _held_because(match: Match, last_alert: AlertId | None, now: datetime) -> str | None:
    rule = match.judgement.rule
    if rule.status is not RuleStatus.LIVE:
        return f"{rule.status} rule"
    if match.revision.article.backlog:
        return BACKLOG_REASON
    if _age(match, now) > rule.max_age:
        return f"older than {_in_words(rule.max_age)}"
    if last_alert is not None:
        return f"already told in alert A{last_alert} for this {_about(rule)}"
    return None


def _age(match: Match, now: datetime) -> timedelta:
    """Since publication, else since first seen; a source that gives only a day is taken at that day's end."""
    published = match.revision.content.published
    day_long = published is not None and published.precision is Precision.DAY
    return now - match.revision.published_at - timedelta(days=1 if day_long else 0)


def _about(rule: Rule) -> str:
    return "article" if rule.once_per is OncePer.ARTICLE else "story"


def _in_words(duration: timedelta) -> str:
    minutes = round(duration.total_seconds() / 60)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
