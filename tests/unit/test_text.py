"""Words, folding and sentences."""

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.text import beyond_bmp, fold, word_pattern, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Laçın Lacin LAÇIN Laçin", "lacin lacin lacin lacin"),
        ("İstanbul ISPARTA ısı Isı", "istanbul isparta isi isi"),
        ("Əliyev ƏLİYEV sülhməramlı", "eliyev eliyev sulhmeramli"),
        ("Straße STRASSE ẞ", "strasse strasse ss"),
        ("Café cafe\u0301 CAFÉ", "cafe cafe cafe"),
        ("Øresund Łódź Đinđić Ærø œuvre", "oresund lodz dindic aero oeuvre"),
        ("Ёлка ёж е\u0308ж йод ЙОД", "елка еж еж йод йод"),
        ("за\u0301мок замо\u0301к йо\u0301д", "замок замок йод"),
        ("Киї\u0301в ѓавол ўзбек", "київ ѓавол ўзбек"),
        ("Երևան Երեւան Երեվան ԵՐԵՒԱՆ", "երեւան երեւան երեւան երեւան"),
        ("Ինչո՞ւ եկա՜ր գնա՛", "ինչու եկար գնա"),
        ("თბილისი ᲗᲑᲘᲚᲘᲡᲘ", "თბილისი თბილისი"),
        ("Ἀθῆναι ΑΘΗΝΑΣ αθήνας", "αθηναι αθηνασ αθηνασ"),
        ("soft\u00adhyphen zero\u200bwidth \ufeffbom no\u200djoin", "softhyphen zerowidth bom nojoin"),
        ("ﬁre Ｆｕｌｌ", "fire full"),
        ("Lachin's Karabağ'ın l'Arménie O’Brien", "lachin s karabag in l armenie o brien"),
        ("anti-tank anti\u2011tank snake_case", "anti tank anti tank snake case"),
        ("п'ять п\u02bcять", "п ять п ять"),
        ("№84, 13¾ m² H₂O", "84 13 m h o"),
        ("1915 22:00 3.14 ٢٠٢٦", "1915 22 00 3 14 ٢٠٢٦"),
        ("#tag @user t.me/name a+b", "tag user t me name a b"),
        ("❤️ 👍🏽 — … !", ""),
        ("हिन्दी עִברִית العَرَبيّة", "हिन्दी עִברִית العَرَبيّة"),
        ("東京へ ไทย", "東 京 へ ไ ท ย"),
        ("한국어 서울", "한국어 서울"),
        ("𝐁𝐨𝐥𝐝 𠀀", "bold 𠀀"),
        ("", ""),
    ],
)
def test_words_are_split_and_folded(text: str, expected: str) -> None:
    assert list(words(text).folded) == [unicodedata.normalize("NFC", word) for word in expected.split()]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("They left Lachin. Corridor traffic stopped.", [3, 3]),
        ("Really? Yes! Go… on", [1, 1, 1, 1]),
        ("He said “Stop.” Then he left.", [3, 3]),
        ("Mr. Smith met Dr. Jones on Nov. 3 there.", [9]),
        ("J. R. Smith of the U.S. Army", [8]),
        ("5.5 million at t.me/a.b and v1.2", [11]),
        ("one line\nnext line", [4]),
        ("one paragraph\n\nnext paragraph", [2, 2]),
        ("one paragraph\r\n \r\nnext paragraph", [2, 2]),
        ("Он приехал в г. Ереван. Потом уехал.", [5, 2]),
        ("Ստեփանակերտ։ Լաչին", [1, 1]),
        ("Bakı şəh. Prof. Əliyev gəldi.", [2, 3]),
        ("東京。大阪", [2, 2]),
        ("Wait... what", [1, 1]),
        ("no end", [2]),
        ("...", []),
    ],
)
def test_sentences(text: str, sentences: list[int]) -> None:
    found = words(text).sentences
    assert [list(found).count(number) for number in sorted(set(found))] == sentences


TRICKY = st.sampled_from("aAéİıIßÆǽǿƏəЁёйЙ́̆̈եւևվԵՎՒ՛՞\u00ad\u200b\u200d'’-_.!?\n ςΣͅ№¾ﬁŉǰΐ가각ᄀ東ไท")
TEXT = st.one_of(st.text(TRICKY, max_size=12), st.text(st.one_of(TRICKY, st.characters()), max_size=40))


@given(TEXT, st.booleans(), st.booleans())
def test_folding_twice_changes_nothing(text: str, keep_case: bool, keep_accents: bool) -> None:
    once = fold(text, keep_case=keep_case, keep_accents=keep_accents)
    assert fold(once, keep_case=keep_case, keep_accents=keep_accents) == once


def test_every_letter_folded_twice_is_the_letter_folded() -> None:
    letters = (chr(code) for code in range(0x10000) if chr(code).isalpha())
    assert [letter for letter in letters if fold(fold(letter)) != fold(letter)] == []


@given(TEXT)
def test_folding_does_not_see_the_encoding(text: str) -> None:
    for form in ("NFC", "NFD"):
        assert fold(unicodedata.normalize(form, text)) == fold(text)  # type: ignore[arg-type]


@given(TEXT)
def test_offsets_are_true(text: str) -> None:
    found = words(text)
    end = 0
    for index in range(len(found)):
        assert end <= found.starts[index] < found.ends[index] <= len(text)
        end = found.ends[index]
        assert fold(found.original(index)) == found.folded[index]
    assert list(found.sentences) == sorted(found.sentences)


@given(TEXT)
def test_no_letter_or_digit_is_lost(text: str) -> None:
    found = words(text)
    inside = {position for start, end in zip(found.starts, found.ends, strict=True) for position in range(start, end)}
    for position, character in enumerate(text):
        category = unicodedata.category(character)
        if (category[0] == "L" and not "\u02b9" <= character <= "\u02c1") or category == "Nd":
            assert position in inside


@given(TEXT, TEXT)
def test_words_do_not_depend_on_what_follows(left: str, right: str) -> None:
    assert list(words(f"{left} . {right}").folded) == [*words(left).folded, *words(right).folded]


def by_the_word(text: str) -> list[tuple[str, int, int]]:
    """What `words` should give, found and folded one word at a time."""
    found = word_pattern(beyond_bmp(text)).finditer(text)
    return [(fold(word[0]), word.start(), word.end()) for word in found]


@given(TEXT)
def test_folding_a_whole_text_is_folding_each_word(text: str) -> None:
    found = words(text)
    assert list(zip(found.folded, found.starts, found.ends, strict=True)) == by_the_word(text)
    assert found.line.decode("utf-8", "surrogatepass") == " ".join(["", *found.folded, ""])


def test_every_letter_folds_alone_as_it_does_between_others() -> None:
    everything = "".join(f"{chr(code)}{chr(code + 1)} a{chr(code)}b " for code in range(0, 0x10000, 1))
    for start in range(0, len(everything), 700):
        text = everything[start : start + 700]
        found = words(text)
        assert list(zip(found.folded, found.starts, found.ends, strict=True)) == by_the_word(text)


@pytest.mark.parametrize("with_numpy", [False, True])
def test_with_and_without_numpy_the_words_are_the_same(with_numpy: bool) -> None:
    load = "import numpy" if with_numpy else ""
    code = f"""
{load}
import sys
from pipelines.text import words
text = "Laçın’s ГОРОД\\u200b, ՀԱ՞Յ եվ straße 💥 œuvre\\u00ad " * 9
found = words(text)
assert ("numpy" in sys.modules) == {with_numpy}
print(list(zip(found.folded, found.starts, found.ends)), found.line)
"""
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    text = "Laçın’s ГОРОД\u200b, ՀԱ՞Յ եվ straße 💥 œuvre\u00ad " * 9
    line = " ".join(["", *(word for word, _, _ in by_the_word(text)), ""]).encode()
    assert shown == f"{by_the_word(text)} {line}\n"
