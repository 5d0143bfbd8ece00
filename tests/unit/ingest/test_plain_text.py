"""Markup to plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.plain_text import MAX_TITLE, one_line, paragraphs


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("<p>One<br>Two</p>tail", "One\nTwo\ntail"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<p>wrapped\n   in the source</p>", "wrapped in the source"),
        ("<p>a <b>bold</b>, <i>slanted</i> word</p>", "a bold, slanted word"),
        ("<script>alert(1)</script><style>p{}</style>kept", "kept"),
        ("AT&amp;T &lt;b&gt; &#8217; &nbsp;x", "AT&T <b> ’ x"),
        ("<p>AT&amp;amp;T</p>", "AT&amp;T"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("R&D", "R&D"),
        ("one\ntwo\n\nthree", "one two\nthree"),
        ("a\x00b\x1b[31mred\x1b[0m\u202ec\ufeff", "abredc"),
        ("<p>\ud800lone</p>", "lone"),
        ("<!-- only a comment -->", ""),
        ("", ""),
    ],
)
def test_paragraphs(markup: str, text: str) -> None:
    assert paragraphs(markup) == text


def test_plain_text_is_not_decoded_but_tags_never_stay() -> None:
    assert paragraphs("a &amp; b\nc", markup=False) == "a &amp; b\nc"
    assert one_line("a <img src=x onerror=alert(1)> b", markup=False) == "a b"


def test_titles_are_one_line_and_cut() -> None:
    assert one_line(" <b>Dam</b>\n gives  way ") == "Dam gives way"
    assert one_line("&lt;script&gt;alert(1)&lt;/script&gt;") == "<script>alert(1)</script>"
    assert len(one_line("<b>x</b> " * 100_000)) <= MAX_TITLE
    assert len(one_line("x" * 10**6)) == MAX_TITLE
    assert len(paragraphs("word " * 10**6)) <= 1 << 20


def test_depth_is_no_danger() -> None:
    assert paragraphs("<div>" * 1_000 + "deep" + "</div>" * 1_000) == "deep"
    paragraphs("<b>" * 100_000 + "deeper")


@given(st.text(max_size=200))
def test_nothing_unprintable_comes_out(text: str) -> None:
    for clean in (paragraphs(text), one_line(text), paragraphs(f"<p>{text}</p>"), paragraphs(text, markup=False)):
        assert not any(character < " " and character != "\n" for character in clean)
        clean.encode("utf-8")
