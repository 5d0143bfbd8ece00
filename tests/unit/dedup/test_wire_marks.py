"""Edition marks, outlets' names, datelines, bylines and credits, as wires and desks of five languages write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dedup.wire_marks import clean_title, credited, without_credits

HOLTAN = "Kelmar troops hold Holtan"
BEFORE = """
UPDATE 2-|(LEAD) |(2nd LD) |(3rd LEAD) |LEAD 1: |WRAPUP 3-|URGENT: |BREAKING . |UPDATED: |[UPDATE] |CORRECTED-UPDATE 1-
RPT-EXCLUSIVE-|Exclusive: |Live: |VIDEO: |Watch: |Son dakika: |SON DAKİKA... |SON DAKİKA |Flaş! |Срочно. |МОЛНИЯ:
СРОЧНО |ОБНОВЛЕНО: |Շտապ. |ԹԱՐՄԱՑՎԱԾ։ |TƏCİLİ! |YENİLƏNİB: |(Yenilənib) |Eilmeldung:
"""
AFTER = """
 - Reuters; | The Guardian; — BBC News; (UPDATED); - UPDATE; – ВИДЕО; - YENİLƏNİB - VİDEO; - VİDEO HABER; (տեսանյութ)
 - live updates; (VIDEO); [photos]; | РИА; - Ünlü Gazete
"""
KEPT = [
    "Lead poisoning in Holm",
    "Breaking bread with Verel",
    "Urgent care unit opens",
    "Kelmar – Vardia talks fail",
    "Live broadcast of the trial is allowed",
    "Video shows drone over Kirsa",
    "UPDATE",
    "Report: Verel to resign",
    "Срочно требуется помощь",
]
TEXT = "The ferry between Eastmouth and the island of Larkholm sailed again this morning, eleven days after it stopped."
DATELINES = """
EASTMOUTH, March 3 (Reuters) - |EASTMOUTH (AP) — |(AFP) |EASTMOUTH, 3 March. /TASS/. |ИСТМУТ, 3 мар — РИА Новости.
ЕРЕВАН, 3 марта. /АРМЕНПРЕСС/. |ԵՐԵՎԱՆ, 3 ՄԱՐՏԻ, ԱՐՄԵՆՊՐԵՍ։ |Bakı, 3 mart, AZƏRTAC. |ANKARA (AA) -
BAKU, Kelmar, March 3. |МОСКВА, 3 марта. /ТАСС/. |Baku, 3 March 2026, Trend: |TBILISI, Mar. 3 (Interpressnews) —
"""
CREDITS = [
    "By Odile Brenner",
    "(Reporting by Odile Brenner; Editing by Tom Holm)",
    "Last updated: 3 March 2026, 10:00",
    "AFP",
    "Reuters |",
    "© Agence France-Presse",
    "Обновлено 3 марта",
    "Son güncelleme: 17:20",
    "Yenilənib 10:15",
    "Թարմացվել է 10:15",
]
OWN = [
    "Trend is upward in Holm. Sales rose.",
    "AP courses are taught in Holm again.",
    "Report after report has said so.",
    "In March 3 boats sank.",
    "Holm, 3 miles from the sea, has a harbour.",
]


def cells(table: str, sign: str) -> list[str]:
    """The entries of a table."""
    return [cell for line in table.splitlines() for cell in line.split(sign) if cell.strip()]


@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("UPDATE 2-Dam gives way", "Dam gives way"),
        ("(LEAD) Dam gives way", "Dam gives way"),
        ("СРОЧНО: Плотина не выдержала", "Плотина не выдержала"),
        ("Dam gives way in the north | The Eastmouth Lantern", "Dam gives way in the north"),
        ("Dam gives way in the north - Lantern", "Dam gives way in the north"),
        ("Dam - what now", "Dam - what now"),
        ("Leading man dies", "Leading man dies"),
        ("BREAKING", "BREAKING"),
    ],
)
def test_titles_lose_edition_marks_and_outlets(title: str, clean: str) -> None:
    assert clean_title(title) == clean


@pytest.mark.parametrize("mark", cells(BEFORE, "|"))
def test_marks_before_a_title_go(mark: str) -> None:
    spaced = mark if mark[-1] in " -" else f"{mark} "
    assert clean_title(f"{spaced}{HOLTAN}") == HOLTAN


@pytest.mark.parametrize("mark", cells(AFTER, ";"))
def test_marks_and_outlets_after_a_title_go(mark: str) -> None:
    assert clean_title(f"{HOLTAN} {mark.strip()}") == HOLTAN


@pytest.mark.parametrize("title", KEPT)
def test_words_that_are_the_news_stay(title: str) -> None:
    assert clean_title(title) == title


@pytest.mark.parametrize("dateline", cells(DATELINES, "|"))
def test_datelines_go(dateline: str) -> None:
    assert without_credits(f"{dateline.strip()} {TEXT}") == TEXT


@pytest.mark.parametrize("credit", CREDITS)
def test_bylines_and_credits_go(credit: str) -> None:
    assert without_credits(f"{credit}\n{TEXT}") == TEXT
    assert without_credits(f"{TEXT}\n{credit}") == TEXT


@pytest.mark.parametrize("text", OWN)
def test_sentences_stay(text: str) -> None:
    assert without_credits(f"{text}\n{TEXT}") == f"{text}\n{TEXT}"


@given(st.text(max_size=80), st.sampled_from(cells(BEFORE, "|")))
def test_something_is_always_left(text: str, mark: str) -> None:
    assert bool(clean_title(mark + text)) is bool(mark + text)
    assert bool(without_credits(text)) is bool(text)


@pytest.mark.parametrize(
    ("text", "authors", "agencies"),
    [
        (f"EASTMOUTH (Reuters) - {TEXT}", (), ("Reuters",)),
        (f"EASTMOUTH, March 2 /ТАСС/. {TEXT}", (), ("TASS",)),
        (f"{TEXT}\nAFP | Updated 12:41", ("Odile Brenner",), ("AFP",)),
        (TEXT, ("Anadolu", "dpa"), ("dpa", "Anadolu")),
        (f"{TEXT}\nԱրմենպրես", (), ("Armenpress",)),
        (TEXT, ("Odile Brenner",), ()),
        (f"{TEXT}\nAdditional report by A. Maas", (), ()),
        (
            "The trend is up, says Reuters of itself, and so does everybody who was asked about it on Monday morning.",
            (),
            (),
        ),
        ("", (), ()),
    ],
)
def test_agencies_that_a_text_names_as_its_source(
    text: str, authors: tuple[str, ...], agencies: tuple[str, ...]
) -> None:
    assert credited(text, authors) == agencies
