"""Folding makes spellings, marks and scans of one text equal, and leaves different words and numbers different."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dedup.folded import fold, fold_all
from pipelines.dedup.normalize import prepare
from pipelines.model import Content


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Pashinyan", "PASHINIAN"),
        ("colour", "color"),
        ("organise", "organize"),
        ("İstanbul'da", "istanbulda"),
        ("ağır", "agir"),
        ("für Bücher", "fuer Buecher"),
        ("Straße", "Strasse"),
        ("полётом", "полетом"),
        ("Moсквa", "Москва"),  # Latin o and a in one, Cyrillic in the other
        ("Եվ", "և"),
        ("te1ewest", "telewest"),
        ("w0rd", "word"),
        ("co\u00adoperate", "cooperate"),
        ("opti-c", "optic"),
        ("Cafe\u0301", "café"),
    ],
)
def test_spellings_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("12", "14"), ("100", "1000"), ("loan", "loon"), ("11", "1"), ("F16", "F18")]
)
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_grouped_digits_are_one_number() -> None:
    assert (
        prepare(Content(title="", body="It cost 4,466,006 in all and 48.569,36 each for the eight.")).words[2]
        == "4466006"
    )


@pytest.mark.parametrize(
    "credit",
    [
        "By Odile Brenner",
        "Reuters | Updated 12:41",
        "(AA) | Son güncelleme: 17:20",
        "(Reporting by A; Editing by B)",
    ],
)
def test_credits_are_left_out(credit: str) -> None:
    story = "The dam above the town gave way at noon on Sunday."
    plain = prepare(Content(title="Dam", body=story))
    assert prepare(Content(title="Dam", body=f"{credit}\n{story}")) == plain
    assert prepare(Content(title="Dam", body=f"{story}\n{credit}")) == plain


def test_a_dateline_is_left_out() -> None:
    story = "The dam above the town gave way at noon on Sunday."
    assert prepare(Content(title="", body=f"EASTMOUTH (Reuters) - {story}")) == prepare(Content(title="", body=story))


def test_the_lead_serves_where_there_is_no_body() -> None:
    lead = "The dam above the town gave way at noon on Sunday."
    assert prepare(Content(title="Dam", lead=lead)) == prepare(Content(title="Dam", body=lead))


def test_sentences_begin_where_they_begin() -> None:
    prepared = prepare(Content(title="", body="One two three. Vast five! Six seven\neight nine 3.14 ten."))
    assert [prepared.words[place] for place in prepared.sentences] == ["one", "vast", "six", "eigt"]


@given(st.text(), st.text())
def test_any_text_can_be_prepared(title: str, body: str) -> None:
    prepared = prepare(Content(title=title, body=body))
    assert bool(prepared.words) == bool((title + body).strip())
    assert prepared.sentences[0] == 0
    assert list(prepared.sentences) == sorted(set(prepared.sentences))
    assert prepared.sentences[-1] < len(prepared.words) or prepared.sentences == (0,)


@given(st.text())
def test_folding_does_not_depend_on_case_of_ascii(text: str) -> None:
    ascii_only = text.encode("ascii", "ignore").decode()
    assert fold(ascii_only.upper()) == fold(ascii_only.lower())


mixed = st.lists(st.tuples(st.text(max_size=40), st.text(max_size=200)), max_size=5)


@given(mixed, st.sampled_from(["Straße ½ ﬁx", "Փաշինյանը և", "한국어 뉴스", "𝟏𝟐 𝒶𝒷 😀", "a\x1cb"]))
def test_texts_folded_together_are_folded_as_if_alone(articles: list[tuple[str, str]], odd: str) -> None:
    together = [*articles, (odd, odd), *articles]
    assert fold_all(together) == [folded for article in together for folded in fold_all([article])]
