"""A search as a person types it: what it means, and one clear message where it means nothing."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import SearchRefused
from pipelines.search.narrowing import read_narrow
from pipelines.search.query import read_search
from pipelines.search.sought import All, Condition, Either, Every, Near, Phrase, Piece, Some, Sought, Without, condition
from pipelines.states import FeedId


def phrase(written: str, *words: str, in_title: bool = False) -> Phrase:
    pieces = tuple(Piece(word.rstrip("*"), open=word.endswith("*")) for word in words)
    return Phrase(pieces, written=written, in_title=in_title)


LACHIN, ROAD, FILM = phrase("Laçın", "lacin"), phrase("road", "road"), phrase("film", "film")
READ: dict[str, Sought] = {
    "Laçın": LACHIN,
    "Laçın road": Every((LACHIN, ROAD)),
    "Laçın AND road": Every((LACHIN, ROAD)),
    "Laçın OR road": Either((LACHIN, ROAD)),
    "Laçın -film": Every((LACHIN, Without(FILM))),
    "Laçın NOT film": Every((LACHIN, Without(FILM))),
    "road (Laçın OR film)": Every((ROAD, Either((LACHIN, FILM)))),
    '"Laçın road"': phrase("Laçın road", "lacin", "road"),
    "anti-tank": phrase("anti-tank", "anti", "tank"),
    "O'Brien": phrase("O'Brien", "o", "brien"),
    "peace*": phrase("peace*", "peace*"),
    "anti-tank*": phrase("anti-tank*", "anti", "tank*"),
    "title:road": phrase("road", "road", in_title=True),
    "Laçın NEAR/9 road": Near(LACHIN, ROAD, 9, ordered=False),
    "road or film": Every((ROAD, phrase("or", "or"), FILM)),
    "not road": Every((phrase("not", "not"), ROAD)),
    '"not guilty" road': Every((phrase("not guilty", "not", "guilty"), ROAD)),
    "Laçın – road": Every((LACHIN, ROAD)),
    "日本": phrase("日本", "日", "本"),
}


@pytest.mark.parametrize("text", READ)
def test_what_a_search_means(text: str) -> None:
    assert read_search(text) == READ[text]


REFUSED = {
    "": "say what to search for: words",
    "  ": "say what to search for",
    '"open': "at character 1",
    "(a OR b": "a bracket is not closed",
    "a)": "at character 2: `)` cannot stand here",
    "a OR": "the query ends too early",
    "-film": "say what the texts have",
    "road OR -film": "say what the texts have",
    "pe*": "at least 3 letters before a *",
    "*road": "a * stands at a word's end alone",
    "pe*ce": "a * stands at a word's end alone",
    "…": "no word in …",
    ":\n:": "no word in : :;",
    "&\nroad": "a search is",
    "site:tufa.example road": "`site:tufa.example` cannot be searched for",
    "author:ani": "author: cannot be searched by itself",
    "road~3": "`road~3` cannot be searched for",
    "a" * 1_001: "over 1000 characters",
    "(" * 40 + "a" + ")" * 40: "nested deeper",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_searched_is_one_clear_line(text: str) -> None:
    with pytest.raises(SearchRefused) as refused:
        read_search(text)
    assert REFUSED[text] in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.text(alphabet='abcd "()*-:~^|&+!OR NOTEAR/9\u200b\0é日', max_size=40))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(SearchRefused):
        assert condition(read_search(text)) is not None


CONDITIONS: dict[str, Condition] = {
    '"road closed"': All((Piece("road"), Piece("closed"))),
    "road OR film": Some((Piece("road"), Piece("film"))),
    "road -film": All((Piece("road"),), without=(Piece("film"),)),
    'road -"film festival"': Piece("road"),  # both words may stand there, apart
    "road -title:film": Piece("road"),
    "road NEAR/3 film": All((Piece("road"), Piece("film"))),
    "x" * 80: Piece("x" * 64),
    f"road -{'x' * 80}": Piece("road"),  # another word may begin like it
}


@pytest.mark.parametrize("text", CONDITIONS)
def test_what_the_index_is_asked_for(text: str) -> None:
    assert condition(read_search(text)) == CONDITIONS[text]


def test_the_archive_is_narrowed_to_whole_days() -> None:
    narrow = read_narrow(since="2026-11-01", until="2026-11-30", language="HY", feed="tufa", feeds=[FeedId("tufa")])
    assert narrow.since == datetime(2026, 11, 1, tzinfo=UTC)
    assert narrow.until == datetime(2026, 12, 1, tzinfo=UTC)
    assert (narrow.language, narrow.feed) == ("hy", "tufa")
    assert read_narrow(since="2026-11-01T08:00+04:00", feeds=()).since == datetime(2026, 11, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"since": "yesterday"}, "yesterday is no day such as 2026-11-30"),
        ({"until": "2026-02-30"}, "2026-02-30 is no day"),
        ({"until": "9999-12-31"}, "9999-12-31 is no day"),
        ({"since": "2026-11-02", "until": "2026-11-01"}, "nothing lies between"),
        ({"language": "Russian"}, "a language is a code"),
        ({"feed": "tuffa"}, "there is no feed tuffa; did you mean `tufa`?"),
        ({"feed": "zzz"}, "there is no feed zzz; `wirewatch feeds list`"),
    ],
)
def test_what_the_archive_has_not_is_one_clear_line(asked: dict[str, str], told: str) -> None:
    with pytest.raises(SearchRefused, match=r"^[^\n]+$") as refused:
        read_narrow(**asked, feeds=[FeedId("tufa")])
    assert told in str(refused.value)
