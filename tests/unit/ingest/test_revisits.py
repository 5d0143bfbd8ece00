"""When a page is looked at again, and what in a new text the desk should know of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import BadStatus
from pipelines.ingest.revisits import PAGE_RESTS, corrections, next_visit, page_due_again, share_changed
from pipelines.model import Content

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BODY = "The convoy left Goris on Monday morning. Twelve trucks carried flour and medicine.\nNobody was hurt."
BEFORE = Content(title="Convoy reaches the town", body=BODY)


def test_visits_fall_off() -> None:
    assert next_visit(NOW, NOW) == NOW + timedelta(minutes=30)
    assert next_visit(NOW, NOW + HOUR) == NOW + 3 * HOUR
    assert next_visit(NOW, NOW + 4 * HOUR) == NOW + 24 * HOUR
    assert next_visit(NOW, NOW + 25 * HOUR) is None


def test_a_page_without_text_is_asked_for_again_a_few_times() -> None:
    busy = BadStatus("https://a.example/", 503)
    assert page_due_again(0, busy, NOW) == NOW + PAGE_RESTS[0]
    assert page_due_again(len(PAGE_RESTS), busy, NOW) is None
    assert page_due_again(0, BadStatus("https://a.example/", 404), NOW) is None


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_share_is_a_share(one: str, other: str) -> None:
    assert 0 <= share_changed(one, other) <= 1
    assert share_changed(one, one) == 0
    assert share_changed(one, other) == share_changed(other, one)


def test_a_word_changes_little_and_another_text_all() -> None:
    assert 0 < share_changed(BODY, BODY.replace("Twelve", "Eleven")) < 0.9
    assert share_changed(BODY, "Rain is expected over the whole of the coast this coming weekend") == 1


@pytest.mark.parametrize(
    "note",
    [
        "Correction: the number of trucks was wrong.",
        "An earlier version of this article said twelve.",
        "Исправление: грузовиков было одиннадцать.",
        "Düzeltme: kamyon sayısı on birdir.",
        "Düzəliş: yük maşınlarının sayı on birdir.",
        "Ուղղում. բեռնատարները տասնմեկն էին։",
    ],
)
def test_a_page_that_says_so_is_corrected(note: str) -> None:
    found = corrections(BEFORE, replace(BEFORE, body=f"{BODY}\n{note}"), ())
    assert found[0].reason.startswith("the page says so")
    assert corrections(replace(BEFORE, body=f"{BODY}\n{note}"), replace(BEFORE, body=f"{BODY}\n{note} x"), ()) == ()


def test_headline_and_quoted_sentences_count() -> None:
    [headline] = corrections(BEFORE, replace(BEFORE, title="Convoy turns back"), ())
    assert headline.reason == "headline changed from 'Convoy reaches the town' to 'Convoy turns back'"
    quoted = ("Twelve trucks carried flour and medicine.",)
    [sentence] = corrections(BEFORE, replace(BEFORE, body=BODY.replace("Twelve", "Eleven")), quoted)
    assert "Twelve trucks" in sentence.reason
    assert corrections(BEFORE, replace(BEFORE, body=f"{BODY}\nMore is expected."), quoted) == ()
    assert corrections(BEFORE, replace(BEFORE, title="CONVOY  reaches the town"), quoted) == ()
