"""A story's life: what is told of it again, and what counts as a correction."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.alerts import Known, Silence
from pipelines.delivery.dispatch import Decision, Hold, Tell, decide
from pipelines.delivery.story_life import changed_share
from pipelines.model import Content, Match
from pipelines.policy import Condition, Limit, NewGroup, SourcesReach, StoryLife, TextChanged
from pipelines.states import AlertId, AlertReason, TextSource
from tests.unit.delivery.samples import NOW, content, hits, match, rule

HOUR = timedelta(hours=1)
TOLD = Known(told_in=AlertId(12), told_sources=1, told_groups=frozenset({"any"}))


def life(*conditions: Condition, afresh_after: timedelta | None = None) -> Match:
    """A match in groups `any` and `and_any` of a rule with that story clause."""
    return match(rule=rule(story=StoryLife(again_when=conditions, afresh_after=afresh_after)))


def told(of: Match, known: Known) -> tuple[AlertReason, str, str] | None:
    """Reason, name and words of an alert; None where the match is held for having been told."""
    decision: Decision = decide(of, known, NOW)
    if isinstance(decision, Hold):
        assert decision.name == "once_per"
        return None
    return decision.reason, decision.name, decision.why


def known_text(before: Content, of: Match, **facts: object) -> Known:
    """The article of `of` was told when its text was `before`."""
    quoted = hits(before, any="Lachin", and_any="peacekeeper") if "peacekeeper" in before.body else ()
    revision = replace(of.revision, content=before)
    original = replace(of, revision=revision, judgement=of.judgement._replace(hits=quoted))
    return replace(TOLD, original=original, **facts)  # type: ignore[arg-type]  # a test names only fields of Known


@pytest.mark.parametrize(
    ("now", "before", "again"),
    [(3, 1, "third"), (5, 2, "fifth"), (21, 2, "21st"), (12, 1, "12th"), (2, 1, ""), (4, 3, "")],
)
def test_sources_count_once_as_they_reach_the_number(now: int, before: int, again: str) -> None:
    answer = told(life(SourcesReach(3)), replace(TOLD, sources=now, told_sources=before))
    words = f"{again} source ({before} when last told)"
    assert answer == ((AlertReason.SOURCES, "sources >= 3", words) if again else None)


def test_a_group_is_new_once() -> None:
    expected = (AlertReason.NEW_GROUP, "new_group(and_any)", "new: and_any (peacekeeper)")
    assert told(life(NewGroup("and_any")), TOLD) == expected
    assert told(life(NewGroup("any")), TOLD) is None
    assert told(life(NewGroup("absent")), TOLD) is None
    assert told(life(NewGroup("and_any")), replace(TOLD, told_groups=frozenset({"and_any"}))) is None


def test_after_silence_in_the_story_it_is_told_afresh() -> None:
    of = life(afresh_after=12 * HOUR)
    answer = told(of, replace(TOLD, last_match_at=NOW - 12 * HOUR))
    assert answer == (AlertReason.FIRST, "afresh", "after 12 h or more without a match")
    assert told(of, replace(TOLD, last_match_at=NOW - 11 * HOUR)) is None
    assert told(life(), replace(TOLD, last_match_at=NOW - 99 * HOUR)) is None


def test_a_text_counts_as_changed_against_what_was_told_of_this_article() -> None:
    before = content(body="The road has been closed for weeks.")
    of = life(TextChanged(25))
    assert told(of, known_text(before, of)) == (
        AlertReason.TEXT_CHANGED,
        "text_changed >= 25%",
        "54% of the text is not what was told",
    )
    assert told(of, TOLD) is None
    assert told(life(TextChanged(55)), known_text(before, of)) is None


def test_a_headline_that_grew_into_its_page_is_no_change() -> None:
    of = life(TextChanged(1))
    assert told(of, known_text(content(title="Other", text_source=TextSource.HEADLINE), of)) is None


def test_what_another_extractor_made_of_the_page_is_no_change() -> None:
    of = life(TextChanged(1))
    assert told(of, known_text(replace(content(title="Other"), extractor="another"), of)) is None


def test_the_first_condition_that_holds_is_named() -> None:
    of = life(SourcesReach(3), NewGroup("and_any"))
    assert (told(of, replace(TOLD, sources=3)) or ("", ""))[1] == "sources >= 3"
    assert (told(of, TOLD) or ("", ""))[1] == "new_group(and_any)"


# --- corrections -----------------------------------------------------------------------------------------------------

BODY = "The road has been closed for weeks. A peacekeeper stood at the camp in the Lachin corridor.\nNobody went."


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (content(body=BODY + "\nCorrection: the road reopened."), "the page says: Correction: the road reopened."),
        (content(body="Исправлено: дорога открыта.\n" + BODY), "the page says: Исправлено: дорога открыта."),
        (content(body=BODY + "\nDÜZELTME - yol"), "the page says: DÜZELTME - yol"),
        (content(body=BODY, title="Armenia is calm"), "its headline was: Armenia urges action over the corridor"),
        (
            content(body=BODY.replace("peacekeeper stood", "peacekeeper slept")),
            "it no longer says: A peacekeeper stood at the camp in the Lachin corridor.",
        ),
    ],
)
def test_what_counts_as_a_correction_goes_past_silences_and_limits(after: Content, why: str) -> None:
    silenced = Silence(
        silence_id=1, selector={"rule": "peacekeepers"}, who="N", why="", starts_at=NOW - HOUR, until=NOW + HOUR
    )
    of = match(content=after)
    known = known_text(content(body=BODY), of, silences=(silenced,), recent=(NOW,) * 99)
    assert told(of, known) == (AlertReason.CORRECTED, "corrected", why)
    assert told(match(), TOLD) is None


@pytest.mark.parametrize(
    "after",
    [
        content(body=BODY),
        content(body=BODY + "\nMore came later. The correction facility was shut."),
        content(body=BODY.replace("Nobody went", "Somebody went")),
        content(body=BODY.upper(), title="ARMENIA URGES ACTION over the corridor!"),
        content(body="Other", title="Other", text_source=TextSource.FEED),
    ],
)
def test_what_is_no_correction(after: Content) -> None:
    of = match(content=after, found=())
    assert told(of, known_text(content(body=BODY), of)) is None


def test_a_note_that_stood_there_already_is_no_news() -> None:
    noted = content(body=BODY + "\nCorrection: the road reopened.")
    of = match(content=replace(noted, body=noted.body + "\nMore."))
    assert told(of, known_text(noted, of)) is None


# --- whatever comes --------------------------------------------------------------------------------------------------

WORDS = ["road", "camp", "corridor", "army", "left", "post", "hill", "snow", "aid", "talks"]
texts = st.lists(st.sampled_from(WORDS), max_size=40)


def page(words: list[str]) -> Content:
    return Content(title="Title here", body=" ".join(words))


@given(texts, texts)
def test_a_share_lies_between_nothing_and_all_and_is_the_same_from_both_sides(one: list[str], two: list[str]) -> None:
    share = changed_share(page(one), page(two))
    assert 0.0 <= share <= 1.0
    assert share == changed_share(page(two), page(one))
    assert changed_share(page(one), page(one)) == 0.0


def test_a_word_counts_once_and_a_paragraph_by_its_length() -> None:
    words = [f"w{number}" for number in range(98)]
    assert changed_share(page(words), page([*words[:50], "other", *words[51:]])) == pytest.approx(0.01)
    assert changed_share(page(words), page([*words, *(f"v{number}" for number in range(100))])) == pytest.approx(0.5)
    assert changed_share(page(words), page(words[:48])) == pytest.approx(0.5)
    assert changed_share(page(words), page([*words[50:], *words[:50]])) == 0.0


@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["any", "and_any"])), min_size=1, max_size=12),
    st.integers(1, 4),
)
def test_replaying_tells_nothing_twice_and_no_match_is_lost(steps: list[tuple[int, str]], alerts: int) -> None:
    """A story's matches one after the other, as dispatch keeps the book; then all of them again."""
    story = StoryLife(again_when=(SourcesReach(2), NewGroup("any"), NewGroup("and_any")))
    limited = rule(story=story, limit=Limit(alerts=alerts, per=HOUR))
    known, outcomes = Known(), []
    sources = 0
    for more, group in [*steps, *steps]:
        sources = max(sources, more)
        known = replace(known, sources=sources)
        of = match(rule=limited, found=hits(content(), **{group: "Lachin"}))
        decision = decide(of, known, NOW)
        outcomes.append(type(decision))
        if isinstance(decision, Tell):
            known = replace(
                known,
                told_in=AlertId(1),
                told_sources=sources,
                told_groups=known.told_groups | {group},
                recent=(*known.recent, NOW),
            )
    told_before = outcomes[: len(steps)].count(Tell)
    assert told_before <= min(alerts, 4)
    if told_before < alerts:
        assert Tell not in outcomes[len(steps) :]
    assert outcomes.count(Tell) + outcomes.count(Hold) == 2 * len(steps)
