"""Stems for the languages without a table of ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.rules import endings
from pipelines.rules.languages import ISO_639_1
from pipelines.rules.snowball import LANGUAGES, stem
from pipelines.text import fold


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", "withdraw withdraws Withdrawing"),
        ("en", "peacekeeper peacekeepers PEACEKEEPERS"),
        ("en", "border borders bordering"),
        ("de", "Grenze Grenzen"),
        ("de", "Ärzte Ärzten arzte"),
        ("fr", "École écoles"),
        ("es", "frontera fronteras"),
        ("it", "confine confini"),
        ("nl", "bom bommen"),
        ("fa", "مذاکره مذاکره‌ها"),
        ("el", "σύνορα συνόρων"),
    ],
)
def test_forms_of_one_word_share_a_stem(language: str, forms: str) -> None:
    assert len({stem(form, language) for form in forms.split()}) == 1, [stem(form, language) for form in forms.split()]


def test_other_words_have_other_stems() -> None:
    assert stem("withdraw", "en") != stem("within", "en")


def test_no_language_has_two_ways() -> None:
    assert not LANGUAGES & endings.LANGUAGES
    assert LANGUAGES | endings.LANGUAGES <= ISO_639_1


@given(st.text(max_size=12), st.sampled_from(sorted(LANGUAGES)))
def test_a_stem_is_folded_and_there_is_one_for_every_word(word: str, language: str) -> None:
    found = stem(word, language)
    assert fold(found) == found
    assert found or not fold(word)
