"""Bytes to text, whatever header and document say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.charset import decode

RUSSIAN = "<?xml version='1.0'?><t>Жители посёлка вышли на дорогу</t>"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (RUSSIAN.encode("cp1251"), "text/xml; charset=windows-1251"),
        (RUSSIAN.replace("?>", " encoding='windows-1251'?>", 1).encode("cp1251"), None),
        (RUSSIAN.replace("?>", " encoding='windows-1251'?>", 1).encode("cp1251"), "text/xml; charset=utf-8"),
        (RUSSIAN.encode("koi8-r"), 'text/xml; charset="KOI8-R"'),
        (RUSSIAN.encode(), "text/xml; charset=iso-8859-1"),
        (RUSSIAN.encode("utf-8-sig"), None),
        (RUSSIAN.encode("utf-16"), None),
        (RUSSIAN.encode("utf-16-le"), None),
        (RUSSIAN.encode("utf-16-be"), "text/xml"),
        (RUSSIAN.encode("utf-32"), None),
    ],
)
def test_the_text_is_read_right(body: bytes, content_type: str | None) -> None:
    text, problem = decode(body, content_type)
    assert "Жители посёлка вышли на дорогу" in text
    assert problem is None


def test_western_names_are_read_the_way_browsers_do() -> None:
    assert decode("“café”".encode("cp1252"), "text/html; charset=iso-8859-1") == ("“café”", None)
    assert decode("“café”".encode("cp1252")) == ("“café”", None)
    assert decode("价格".encode("gb18030"), "text/html; charset=gb2312") == ("价格", None)


def test_small_damage_in_utf8_stays_small() -> None:
    text, problem = decode("Жители посёлка вышли".encode()[:-1])
    assert text == "Жители посёлка вышл\ufffd"
    assert problem == "some characters are not utf-8"


@pytest.mark.parametrize("name", ["zlib_codec", "utf-7", "no-such-thing", "idna", "rot13", "undefined", "\ud800"])
def test_names_that_are_no_charset_are_ignored(name: str) -> None:
    assert decode(b"plain +AGE- text", f"text/html; charset={name}") == ("plain +AGE- text", None)


@given(st.binary(max_size=200), st.one_of(st.none(), st.text(max_size=30).map("text/html; charset={}".format)))
def test_never_fails(body: bytes, content_type: str | None) -> None:
    decode(body, content_type)
