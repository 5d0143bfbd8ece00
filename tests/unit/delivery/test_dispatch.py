"""What becomes of a match."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.delivery.dispatch import Hold, Tell, decide, subject_of
from pipelines.model import Match, Published
from pipelines.states import AlertId, AlertReason, OncePer, Precision, RuleStatus, VerdictKind
from tests.unit.delivery.samples import NOW, article, content, match, rule

OLD = content(published=Published(moment=NOW - timedelta(hours=49)))
SHADOW = rule(status=RuleStatus.SHADOW)
PER_ARTICLE = rule(once_per=OncePer.ARTICLE)


def reason(of: Match, last_alert: AlertId | None = None) -> str:
    decision = decide(of, last_alert=last_alert, now=NOW)
    assert isinstance(decision, Hold)
    assert decision.kind is VerdictKind.HELD
    return decision.reason


def test_a_first_match_is_told_about_its_story_or_article() -> None:
    assert decide(match(), last_alert=None, now=NOW) == Tell(subject="story:7", reason=AlertReason.FIRST)
    per_article = match(rule=PER_ARTICLE)
    assert decide(per_article, last_alert=None, now=NOW) == Tell(subject="article:9", reason=AlertReason.FIRST)


def test_every_reason_to_hold_is_in_plain_words() -> None:
    assert reason(match(), AlertId(12)) == "already told in alert A12 for this story"
    assert reason(match(rule=PER_ARTICLE), AlertId(12)) == "already told in alert A12 for this article"
    assert reason(match(rule=SHADOW)) == "shadow rule"
    assert reason(match(content=OLD)) == "older than 48 h"
    assert reason(match(content=OLD, rule=rule(max_age=timedelta(minutes=90)))) == "older than 90 min"
    assert reason(match(article=article(backlog=True))) == "in the feed before the watch began"


def test_the_first_reason_in_order_is_given() -> None:
    backlog = article(backlog=True)
    assert reason(match(rule=SHADOW, article=backlog, content=OLD), AlertId(1)) == "shadow rule"
    assert reason(match(article=backlog, content=OLD), AlertId(1)) == "in the feed before the watch began"
    assert reason(match(content=OLD), AlertId(1)) == "older than 48 h"


@pytest.mark.parametrize(("hours", "told"), [(47, True), (48, True), (71, True), (73, False)])
def test_a_day_without_a_time_counts_from_its_end(hours: int, told: bool) -> None:
    day = Published(moment=NOW - timedelta(hours=hours), precision=Precision.DAY)
    assert isinstance(decide(match(content=content(published=day)), last_alert=None, now=NOW), Tell) is told


def test_without_a_publication_time_the_age_counts_from_first_seen() -> None:
    undated = content(published=None)
    seen_long_ago = article(first_seen_at=NOW - timedelta(hours=50))
    assert isinstance(decide(match(content=undated), last_alert=None, now=NOW), Tell)
    assert reason(match(content=undated, article=seen_long_ago)) == "older than 48 h"


@given(
    status=st.sampled_from(RuleStatus),
    backlog=st.booleans(),
    age=st.timedeltas(min_value=timedelta(days=-3), max_value=timedelta(days=9)),
    once_per=st.sampled_from(OncePer),
    last=st.none() | st.integers(1, 9).map(AlertId),
)
def test_told_exactly_when_nothing_speaks_against_it(
    status: RuleStatus, backlog: bool, age: timedelta, once_per: OncePer, last: AlertId | None
) -> None:
    found = match(
        rule=rule(status=status, once_per=once_per),
        article=article(backlog=backlog),
        content=content(published=Published(moment=NOW - age)),
    )
    decision = decide(found, last_alert=last, now=NOW)
    free = status is RuleStatus.LIVE and not backlog and age <= timedelta(hours=48) and last is None
    assert isinstance(decision, Tell) is free
    if isinstance(decision, Tell):
        assert decision.subject == subject_of(found)
    else:
        assert decision.reason
