"""Pages in the desk's languages: right text, caption, language and day; and the language of short texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.extractor import Given, examine, extract
from pipelines.ingest.language_detection import detect
from pipelines.states import PassageKind
from tests.unit.ingest.invented_pages import PAGES, InventedPage

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.language)


@each_page
def test_text_language_and_day(page: InventedPage) -> None:
    content = extract(page.html.encode(), url=None)
    assert content.title == page.title
    assert content.body.split("\n") == list(page.paragraphs)
    assert content.language == page.language
    assert str(content.published) == page.day


@each_page
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_captions_are_kept_after_the_text_and_marked(page: InventedPage, encoding: str) -> None:
    content = examine(page.html.encode(encoding), Given()).content
    assert content.body.split("\n") == [*page.paragraphs, page.caption]
    (mark,) = content.passages
    assert mark.kind is PassageKind.CAPTION
    assert content.body[mark.start : mark.end] == page.caption


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Лачинский коридор закрыт", "ru"),
        ("Президент принял министра", "ru"),
        ("Президент України прийняв міністра", "uk"),
        ("Լաչինի միջանցքը փակ է", "hy"),
        ("ლაჩინის დერეფანი დაკეტილია", "ka"),
        ("Laçın dəhlizi bağlıdır", "az"),
        ("Prezident Əliyev naziri qəbul edib", "az"),
        ("Laçin koridoru kapalı", "tr"),
        ("Cumhurbaşkanı bakanı kabul etti", "tr"),
        ("Lachin corridor is closed", "en"),
    ],
)
def test_short_texts(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("text", "said", "language"),
    [
        ("", ["hy", "en"], "hy"),
        ("24.11.2026", [None, "ru"], "ru"),
        ("Բարև", ["en"], "hy"),
        ("Bakı", ["az"], "az"),
        ("Bakı", [], None),
        ("OK", ["ru"], None),
        ("Нови Сад", ["sr"], "sr"),
        ("The quick brown fox jumps over the lazy dog near the river bank", ["ru"], "en"),
    ],
)
def test_what_is_claimed_counts_where_the_text_does_not_refute_it(
    text: str, said: list[str | None], language: str | None
) -> None:
    assert detect(text, said) == language


@given(st.text(max_size=200), st.lists(st.sampled_from(["en", "ru", "hy", None]), max_size=3))
def test_any_text_has_a_language_or_none(text: str, said: list[str | None]) -> None:
    found = detect(text, said)
    assert found is None or len(found) == 2
