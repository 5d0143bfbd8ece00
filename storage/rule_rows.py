"""Rules as rows: every fact of a rule that may change within its version, and back."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from pipelines.model import Rule
from pipelines.policy import (
    Condition,
    Counted,
    FeedScope,
    Limit,
    NewGroup,
    SourcesReach,
    StoryLife,
    TextChanged,
    Volume,
)
from storage.types import Json


def facts_of(rule: Rule) -> dict[str, Any]:
    """The rule's columns, but for when it was first seen."""
    return {
        "rule_id": rule.rule_id,
        "version": rule.version,
        "title": rule.title,
        "status": rule.status,
        "severity": rule.severity,
        "owner": rule.owner,
        "labels": dict(rule.labels),
        "max_age": rule.max_age,
        "once_per": rule.story.once_per,
        "again_when": [_condition_row(one) for one in rule.story.again_when] or None,
        "afresh_after": rule.story.afresh_after,
        "limit_alerts": rule.limit.alerts,
        "limit_per": rule.limit.per,
        "volume": _volume_row(rule.volume) if rule.volume else None,
        "file": rule.file,
        "source": rule.source,
    }


def rule_of(row: Row[Any]) -> Rule:
    """The rule of a row that was joined with it, its columns named table_column."""
    return Rule(
        rule_id=row.rules_rule_id,
        version=row.rules_version,
        title=row.rules_title,
        status=row.rules_status,
        severity=row.rules_severity,
        owner=row.rules_owner,
        labels=row.rules_labels,
        max_age=row.rules_max_age,
        story=StoryLife(
            once_per=row.rules_once_per,
            again_when=tuple(_condition_of(*one) for one in row.rules_again_when or ()),
            afresh_after=row.rules_afresh_after,
        ),
        limit=Limit(alerts=row.rules_limit_alerts, per=row.rules_limit_per),
        volume=_volume_of(row.rules_volume) if row.rules_volume else None,
        file=row.rules_file,
        source=row.rules_source,
    )


def _condition_row(condition: Condition) -> Json:
    match condition:
        case SourcesReach(least):
            return ["sources", least]
        case NewGroup(group):
            return ["new_group", group]
        case TextChanged(percent):
            return ["text_changed", percent]


def _condition_of(kind: str, value: Any) -> Condition:
    match kind:
        case "sources":
            return SourcesReach(value)
        case "new_group":
            return NewGroup(value)
        case _:
            return TextChanged(value)


def _volume_row(volume: Volume) -> dict[str, Json]:
    return {
        "of": list(volume.of),
        "count": volume.count.value,
        "window": volume.window.total_seconds(),
        "at_least": volume.at_least,
        "at_most": volume.at_most,
        "times_usual": volume.times_usual,
        "baseline": volume.baseline.total_seconds(),
        "scopes": [_scope_row(scope) for scope in volume.scopes],
    }


def _scope_row(scope: FeedScope) -> Json:
    return [[*sorted(part)] for part in (scope.languages, scope.tags, scope.not_tags)]


def _volume_of(row: dict[str, Any]) -> Volume:
    return Volume(
        of=tuple(row["of"]),
        count=Counted(row["count"]),
        window=timedelta(seconds=row["window"]),
        at_least=row["at_least"],
        at_most=row["at_most"],
        times_usual=row["times_usual"],
        baseline=timedelta(seconds=row["baseline"]),
        scopes=tuple(
            FeedScope(languages=frozenset(languages), tags=frozenset(tags), not_tags=frozenset(not_tags))
            for languages, tags, not_tags in row["scopes"]
        ),
    )
