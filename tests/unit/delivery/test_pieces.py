"""Cutting a message: nothing is lost, nothing is too long, and alerts stay whole where they fit."""

from html import escape

from hypothesis import given
from hypothesis import strategies as st

from pipelines.delivery.pieces import pieces

ALERTS = ["Headline one\nOutlet A · https://a.example/1", "Headline two\nOutlet B · https://b.example/2", "Three"]


def escaped(text: str) -> int:
    return len(escape(text, quote=False))


def test_what_fits_is_one_piece_and_alerts_are_kept_whole() -> None:
    text = "\n\n".join(ALERTS)
    assert pieces(text, 1_000) == [text]
    assert pieces(text, 50) == [*ALERTS[:1], "\n\n".join(ALERTS[1:])]
    assert pieces(text, 45) == ALERTS


def test_an_alert_that_does_not_fit_is_cut_between_lines_then_words() -> None:
    assert pieces(ALERTS[0], 36) == ["Headline one", "Outlet A · https://a.example/1"]
    assert pieces(ALERTS[0], 22) == ["Headline one", "Outlet A ·", "https://a.example/1"]
    assert pieces("&&&&", 10, escaped) == ["&&", "&&"]
    assert pieces("", 10) == [""]


@given(st.text("ab&< \n", max_size=300), st.integers(5, 60))
def test_every_letter_arrives_and_no_piece_is_too_long(text: str, limit: int) -> None:
    found = pieces(text, limit, escaped)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(escaped(piece) <= limit for piece in found) or not text.strip()
