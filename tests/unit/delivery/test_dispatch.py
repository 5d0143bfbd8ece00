"""What becomes of a match."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.alerts import Finding, Known, Silence
from pipelines.delivery import limits
from pipelines.delivery.dispatch import Decision, Hold, Tell, decide, decide_finding, subject_of, verdict
from pipelines.delivery.summaries import LATE_EVERY, LATE_WAIT, Summary, of_limit
from pipelines.model import Match, Published
from pipelines.policy import Limit, StoryLife
from pipelines.states import AlertId, AlertReason, OncePer, Precision, RuleStatus, Severity, VerdictKind
from tests.unit.delivery.samples import NOW, article, content, match, rule

OLD = content(published=Published(moment=NOW - timedelta(hours=49)))
SHADOW = rule(status=RuleStatus.SHADOW)
PER_ARTICLE = rule(story=StoryLife(once_per=OncePer.ARTICLE))
NOTHING = Known()
TOLD = Known(told_in=AlertId(12), told_sources=1)
HOUR = timedelta(hours=1)


def held(of: Match, known: Known = NOTHING) -> Hold:
    decision = decide(of, known, NOW)
    assert isinstance(decision, Hold)
    return decision


def silence(until: timedelta = HOUR, starts: timedelta = -HOUR, number: int = 4, **selector: str) -> Silence:
    """A silence around NOW."""
    return Silence(
        silence_id=number, selector=selector, who="Nino", why="known already", starts_at=NOW + starts, until=NOW + until
    )


def test_a_first_match_is_told_about_its_story_or_article() -> None:
    told = Tell(subject="story:7", reason=AlertReason.FIRST, name="first", why="the first of this rule")
    assert decide(match(), NOTHING, NOW) == told
    per_article = decide(match(rule=PER_ARTICLE), NOTHING, NOW)
    assert isinstance(per_article, Tell)
    assert per_article.subject == "article:9"


@pytest.mark.parametrize(
    ("of", "known", "name", "reason"),
    [
        (match(), TOLD, "once_per", "already told in alert A12 for this story"),
        (match(rule=PER_ARTICLE), TOLD, "once_per", "already told in alert A12 for this article"),
        (match(rule=SHADOW), NOTHING, "status", "shadow rule"),
        (match(content=OLD), TOLD, "age", "older than 48 h"),
        (match(content=OLD, rule=rule(max_age=timedelta(minutes=90))), TOLD, "age", "older than 90 min"),
        (match(article=article(late=True)), TOLD, "late", "found after its feed was not read for hours"),
        (match(article=article(backlog=True)), NOTHING, "backlog", "in the feed before the watch began"),
    ],
)
def test_every_reason_to_hold_is_in_plain_words_and_has_a_name(of: Match, known: Known, name: str, reason: str) -> None:
    assert held(of, known) == Hold(kind=VerdictKind.HELD, name=name, reason=reason)
    row = verdict(of, held(of, known), NOW)
    assert (row.step, row.kind, row.name, row.reason) == ("dispatch", VerdictKind.HELD, name, reason)


def test_the_first_reason_in_order_is_given() -> None:
    backlog = article(backlog=True)
    everything = Known(told_in=AlertId(1), silences=(silence(rule="peacekeepers"),), recent=(NOW,) * 10)
    assert held(match(rule=SHADOW, article=backlog, content=OLD), everything).name == "status"
    assert held(match(article=backlog, content=OLD), everything).name == "backlog"
    assert held(match(content=OLD), everything).name == "age"
    assert held(match(), everything).name == "once_per"
    silenced_and_limited = Known(silences=everything.silences, recent=everything.recent)
    assert held(match(), silenced_and_limited).name == "silence"
    assert held(match(), Known(recent=everything.recent)).name == "limit"


@pytest.mark.parametrize(("hours", "told"), [(47, True), (48, True), (71, True), (73, False)])
def test_a_day_without_a_time_counts_from_its_end(hours: int, told: bool) -> None:
    day = Published(moment=NOW - timedelta(hours=hours), precision=Precision.DAY)
    assert isinstance(decide(match(content=content(published=day)), NOTHING, NOW), Tell) is told


def test_without_a_publication_time_the_age_counts_from_first_seen() -> None:
    undated = content(published=None)
    seen_long_ago = article(first_seen_at=NOW - timedelta(hours=50))
    assert isinstance(decide(match(content=undated), NOTHING, NOW), Tell)
    assert held(match(content=undated, article=seen_long_ago)).reason == "older than 48 h"


# --- silences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selector", "covered"),
    [
        ({"rule": "peacekeepers"}, True),
        ({"rule": "other"}, False),
        ({"outlet": "a.example"}, True),
        ({"story": "7"}, True),
        ({"story": "8"}, False),
        ({"region": "caucasus"}, True),
        ({"region": "caucasus", "outlet": "b.example"}, False),
        ({"severity": "high"}, True),
        ({"unknown": ""}, False),
        ({}, False),
    ],
)
def test_a_silence_covers_what_all_its_selector_names(selector: dict[str, str], covered: bool) -> None:
    of = match(rule=rule(labels={"region": "caucasus"}))
    decision = decide(of, Known(silences=(silence(**selector),)), NOW)
    assert isinstance(decision, Hold) is covered
    if isinstance(decision, Hold):
        assert decision.kind is VerdictKind.SILENCED
        assert decision.reason.startswith("silence S4 of Nino (")
        assert decision.reason.endswith(") until 2026-11-22 17:45 UTC: known already")


def test_a_silence_begins_and_ends_on_time_and_no_label_passes_for_its_rule() -> None:
    ended, to_come = silence(timedelta(0), rule="peacekeepers"), silence(2 * HOUR, HOUR, rule="peacekeepers")
    assert isinstance(decide(match(), Known(silences=(ended, to_come)), NOW), Tell)
    mislabelled = match(rule=rule(labels={"rule": "other", "severity": "low", "story": "8"}))
    for selector in ({"rule": "other"}, {"severity": "low"}, {"story": "8"}):
        assert isinstance(decide(mislabelled, Known(silences=(silence(**selector),)), NOW), Tell)


def test_of_several_silences_the_one_that_ends_last_is_named() -> None:
    both = (silence(HOUR, number=1, rule="peacekeepers"), silence(3 * HOUR, number=2, outlet="a.example"))
    assert all("S2" in held(match(), Known(silences=order)).reason for order in permutations(both))


@pytest.mark.parametrize(
    ("of", "why"),
    [
        (match(content=OLD), "late: older than 48 h"),
        (match(content=OLD, rule=rule(severity=Severity.URGENT)), "late: older than 48 h"),
        (match(article=article(late=True)), "late: found after its feed was not read for hours"),
    ],
)
def test_what_is_late_and_untold_goes_into_one_message(of: Match, why: str) -> None:
    summed = held(of, Known(recent=(NOW,) * 10)).summed
    assert summed
    assert summed.summary == Summary(bundle="late", why=why, wait=LATE_WAIT, every=LATE_EVERY)
    swallowed = held(of, Known(silences=(silence(rule="peacekeepers"),)))
    assert swallowed.name == "silence"


def test_what_is_urgent_is_told_at_once_though_it_was_found_late() -> None:
    of = match(article=article(late=True), rule=rule(severity=Severity.URGENT))
    assert isinstance(decide(of, NOTHING, NOW), Tell)


def test_a_correction_is_told_however_old_silenced_or_limited() -> None:
    told = match(content=content(title="Before", published=Published(moment=NOW - timedelta(days=9))))
    known = Known(told_in=AlertId(1), original=told, silences=(silence(rule="peacekeepers"),), recent=(NOW,) * 10)
    again = match(content=content(title="After", published=Published(moment=NOW - timedelta(days=9))))
    decision = decide(again, known, NOW)
    assert isinstance(decision, Tell)
    assert decision.reason is AlertReason.CORRECTED


def test_a_silence_keeps_what_it_swallows_for_its_end() -> None:
    summed = held(match(), Known(silences=(silence(rule="peacekeepers"),))).summed
    assert summed
    assert summed.summary == Summary(
        bundle="silence:4",
        why="swallowed by silence S4 of Nino (rule=peacekeepers): known already",
        until=NOW + HOUR,
    )


# --- limits ----------------------------------------------------------------------------------------------------------


def test_past_the_limit_a_match_is_kept_for_the_summary() -> None:
    limited = rule(limit=Limit(alerts=2, per=timedelta(minutes=90)))
    recent = (NOW - timedelta(minutes=89), NOW)
    told = decide(match(rule=limited), Known(), NOW)
    assert isinstance(told, Tell)
    expected = "past the limit of 2 alerts in 90 min: kept for the summary"
    assert held(match(rule=limited), Known(recent=recent)) == Hold(
        kind=VerdictKind.LIMITED, name="limit", reason=expected, summed=replace(told, summary=of_limit(limited))
    )
    urgent = replace(limited, severity=Severity.URGENT)
    assert isinstance(decide(match(rule=urgent), Known(recent=recent), NOW), Tell)
    assert isinstance(decide(match(rule=limited), Known(recent=recent[:1]), NOW), Tell)
    gone = (NOW - timedelta(minutes=90), NOW)
    assert isinstance(decide(match(rule=limited), Known(recent=gone), NOW), Tell)


@pytest.mark.parametrize(
    ("seconds", "words"), [(30, "30 s"), (90, "90 s"), (3600, "1 h"), (172800, "48 h"), (259200, "3 d"), (0, "0 s")]
)
def test_durations_in_words(seconds: int, words: str) -> None:
    assert limits.in_words(timedelta(seconds=seconds)) == words


# --- volumes ---------------------------------------------------------------------------------------------------------


def finding(**facts: RuleStatus) -> Finding:
    """What the rule counted."""
    return Finding(
        rule=rule(**facts),
        subject="volume:2026-11-22T16:45Z/2h",
        starts_at=NOW - 2 * HOUR,
        ends_at=NOW,
        number=7,
        usual=1.0,
        why="7 stories in 2 h, usual 1",
    )


def test_a_finding_is_told_unless_it_is_in_shadow_silenced_or_limited() -> None:
    told = decide_finding(finding(), NOTHING, NOW)
    assert told == Tell(
        subject="volume:2026-11-22T16:45Z/2h",
        reason=AlertReason.VOLUME,
        name="volume",
        why="7 stories in 2 h, usual 1",
    )

    def name(found: Finding, known: Known) -> str:
        decision = decide_finding(found, known, NOW)
        assert isinstance(decision, Hold)
        return decision.name

    assert name(finding(status=RuleStatus.SHADOW), NOTHING) == "status"
    assert name(finding(), Known(silences=(silence(rule="peacekeepers"),))) == "silence"
    assert name(finding(), Known(recent=(NOW,) * 10)) == "limit"


# --- whatever comes --------------------------------------------------------------------------------------------------

selectors = st.dictionaries(
    st.sampled_from(["rule", "outlet", "story", "severity", "region"]),
    st.sampled_from(["peacekeepers", "a.example", "7", "high", "caucasus", "x"]),
    max_size=3,
)
moments = st.timedeltas(min_value=timedelta(hours=-3), max_value=timedelta(hours=3))
silences = st.builds(
    lambda selector, start, length: silence(start + length, start, **selector),
    selectors,
    moments,
    st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(hours=3)),
)
matches = st.builds(
    lambda status, backlog, age, once_per, severity: match(
        rule=rule(status=status, story=StoryLife(once_per=once_per), severity=severity, labels={"region": "caucasus"}),
        article=article(backlog=backlog),
        content=content(published=Published(moment=NOW - age)),
    ),
    st.sampled_from(RuleStatus),
    st.booleans(),
    st.timedeltas(min_value=timedelta(days=-3), max_value=timedelta(days=9)),
    st.sampled_from(OncePer),
    st.sampled_from(Severity),
)
knowledge = st.builds(
    lambda told, recent, some: Known(
        told_in=AlertId(told) if told else None, recent=tuple(NOW - one for one in recent), silences=tuple(some)
    ),
    st.integers(0, 3),
    st.lists(st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=2)), max_size=12),
    st.lists(silences, max_size=3),
)


@given(of=matches, known=knowledge)
def test_told_exactly_when_nothing_speaks_against_it(of: Match, known: Known) -> None:
    decision: Decision = decide(of, known, NOW)
    old = NOW - of.revision.published_at > timedelta(hours=48)
    live = of.judgement.rule.status is RuleStatus.LIVE
    free = live and not of.revision.article.backlog and not old and known.told_in is None
    if isinstance(decision, Tell):
        assert free
        assert decision.subject == subject_of(of)
    elif free:
        assert decision.kind in {VerdictKind.SILENCED, VerdictKind.LIMITED}
        assert decision.summed
        assert known.silences or len(known.recent) >= 10
    assert decision.name
    assert decision.why if isinstance(decision, Tell) else decision.reason


@given(of=matches, known=knowledge, more=silences)
def test_a_silence_more_never_adds_an_alert(of: Match, known: Known, more: Silence) -> None:
    silenced = Known(told_in=known.told_in, recent=known.recent, silences=(*known.silences, more))
    if isinstance(decide(of, known, NOW), Hold):
        assert isinstance(decide(of, silenced, NOW), Hold)
