"""What becomes of a match or a finding: the desk is told, or it is held back, always with a reason; pure.

Order: the rule's status, backlog, corrections, the story's life, silences, age, limit. Whoever got the original hears
of its correction: no age, no silence and no limit stands before that. What is silenced, late or past the limit goes
into a summary.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipelines.alerts import BACKLOG_REASON, Finding, Known, Verdict
from pipelines.delivery import limits, silences, story_life, summaries
from pipelines.delivery.story_life import Cause
from pipelines.delivery.summaries import Summary
from pipelines.model import Match, Rule
from pipelines.states import AlertReason, OncePer, Precision, RuleStatus, Severity, VerdictKind
from pipelines.visits import ChangeKind, ToldChange

STEP = "dispatch"
PAST_ALL = frozenset({AlertReason.CORRECTED, AlertReason.TAKEN_DOWN})
"""Why the desk is told whatever is silenced and however much it was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Make an alert about `subject`, because of `reason`; `name` is for programs, `why` for people."""

    subject: str
    reason: AlertReason
    name: str
    why: str
    summary: Summary | None = None
    """Where it is told, if not in a message of its own event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Do not tell now; `name` is for programs, `reason` for the ledger, in plain words."""

    kind: VerdictKind
    name: str
    reason: str
    summed: Tell | None = None
    """What goes into a summary instead, where it would have been told otherwise: nothing is dropped."""


Decision = Tell | Hold


def decide(match: Match, known: Known, now: datetime) -> Decision:
    """What becomes of `match`, with all that is known of its rule and of `subject_of(match)`."""
    rule = match.judgement.rule
    held = _status(rule) or _backlog(match)
    if held:
        return held
    corrected = story_life.correction(match, known)
    if corrected:
        return _tell(subject_of(match), corrected)
    late = _late(match, now)
    cause = story_life.first_or_again(match, known)
    if cause is None:
        about = "article" if rule.story.once_per is OncePer.ARTICLE else "story"
        return late or _held("once_per", f"already told in alert A{known.told_in} for this {about}")
    tell = _tell(subject_of(match), cause)
    silenced = _silenced(silences.facts_of(match), known, now, tell)
    if silenced or late is None:
        return silenced or _limited(rule, known, now, tell) or tell
    return replace(late, summed=replace(tell, summary=summaries.of_late(late.reason)))


def decide_finding(finding: Finding, known: Known, now: datetime) -> Decision:
    """What becomes of a volume's finding, with what is known of its rule."""
    rule = finding.rule
    cause = Cause(reason=AlertReason.VOLUME, name="volume", why=finding.why)
    tell = _tell(finding.subject, cause)
    silenced = _silenced(silences.facts_of_rule(rule), known, now, tell)
    return _status(rule) or silenced or _limited(rule, known, now, tell) or tell


def decide_change(change: ToldChange, match: Match) -> Decision:
    """What becomes of a change to an article that was told as `match`: its receivers hear of it, always."""
    reason = AlertReason.CORRECTED if change.kind is ChangeKind.CORRECTED else AlertReason.TAKEN_DOWN
    return Tell(subject=subject_of(match), reason=reason, name=change.kind, why=change.reason)


def told(decision: Decision) -> Tell | None:
    """What the desk is told, now or in a summary."""
    return decision if isinstance(decision, Tell) else decision.summed


def verdict(match: Match, decision: Hold, now: datetime) -> Verdict:
    """The ledger's row of a match that is held back."""
    return Verdict(
        match_id=match.match_id,
        step=STEP,
        kind=decision.kind,
        name=decision.name,
        reason=decision.reason,
        decided_at=now,
    )


def subject_of(match: Match) -> str:
    """What one alert of the match's rule stands for: `story:7` or `article:7`."""
    if match.judgement.rule.story.once_per is OncePer.ARTICLE:
        return f"article:{match.revision.article.article_id}"
    return f"story:{match.story_id}"


def _tell(subject: str, cause: Cause) -> Tell:
    return Tell(subject=subject, reason=cause.reason, name=cause.name, why=cause.why)


def _held(name: str, reason: str) -> Hold:
    return Hold(kind=VerdictKind.HELD, name=name, reason=reason)


def _status(rule: Rule) -> Hold | None:
    return None if rule.status is RuleStatus.LIVE else _held("status", f"{rule.status} rule")


def _backlog(match: Match) -> Hold | None:
    return _held("backlog", BACKLOG_REASON) if match.revision.article.backlog else None


def _late(match: Match, now: datetime) -> Hold | None:
    """Too old: since publication, else since first seen; a source that gives only a day is taken at that day's end.

    Or found late, after a time without a look at its feed; what is urgent is told at once all the same.
    """
    article, published = match.revision.article, match.revision.content.published
    day_long = published is not None and published.precision is Precision.DAY
    age = now - match.revision.published_at - timedelta(days=1 if day_long else 0)
    most = match.judgement.rule.max_age
    if age > most:
        return _held("age", f"older than {limits.in_words(most)}")
    urgent = match.judgement.rule.severity is Severity.URGENT
    return _held("late", "found after its feed was not read for hours") if article.late and not urgent else None


def _silenced(facts: silences.Facts, known: Known, now: datetime, tell: Tell) -> Hold | None:
    silence = silences.covering(known.silences, facts, now)
    if silence is None:
        return None
    summed = replace(tell, summary=summaries.of_silence(silence))
    return Hold(kind=VerdictKind.SILENCED, name="silence", reason=silences.in_words(silence), summed=summed)


def _limited(rule: Rule, known: Known, now: datetime, tell: Tell) -> Hold | None:
    """What is urgent has no limit."""
    if rule.severity is Severity.URGENT or not limits.reached(rule.limit, known.recent, now):
        return None
    reason = f"{limits.past(rule.limit)}: kept for the summary"
    summed = replace(tell, summary=summaries.of_limit(rule))
    return Hold(kind=VerdictKind.LIMITED, name="limit", reason=reason, summed=summed)
