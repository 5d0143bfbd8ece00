"""Addresses inside redirect links."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.carried_links import carried_address

LONG = "https://news.example/" + "a" * 200


def article(address: str, tail: bytes = b"", start: bytes = b"\x08\x13\x22") -> str:
    """An id of the old form: the length in seven bits a byte, then the address."""
    size = len(address)
    length = bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])
    return base64.urlsafe_b64encode(start + length + address.encode() + tail).decode().rstrip("=")


@pytest.mark.parametrize("address", ["https://news.example/dam?page=2", LONG])
@pytest.mark.parametrize("path", ["/rss/articles/", "/articles/", "/__i/rss/rd/articles/", "/read/"])
def test_google_news_ids_of_the_old_form_hold_the_address(address: str, path: str) -> None:
    amp = b"\xd2\x01\x1ahttps://news.example/amp/1"
    assert carried_address(f"https://news.google.com{path}{article(address, amp)}?oc=5&hl=en") == address


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://www.google.com/url?rct=j&sa=t&url=https://a.example/b%3Fc%3D1&ct=ga", "https://a.example/b?c=1"),
        ("https://www.google.co.uk/url?q=https://a.example/", "https://a.example/"),
        ("https://www.google.com/url?q=javascript:alert(1)", None),
        ("https://www.google.com/search?q=https://a.example/", None),
        ("https://google.com.evil.example/url?q=https://a.example/", None),
        ("https://news.example/rss/articles/" + article(LONG), None),
        ("https://news.google.com/rss/articles/" + article("AU_yqLOpaque" * 9), None),
        ("https://news.google.com/rss/articles/" + article(LONG, start=b"\x08\x14\x22"), None),
        ("https://news.google.com/rss/articles/" + article(LONG)[:-40], None),
        ("https://news.google.com/rss/articles/" + "é" * 40, None),
        ("https://[news.google.com/url?q=https://a.example/", None),
    ],
)
def test_other_links(link: str, address: str | None) -> None:
    assert carried_address(link) == address


@given(st.binary(max_size=60))
def test_any_id_holds_an_address_or_none(raw: bytes) -> None:
    link = "https://news.google.com/articles/" + base64.urlsafe_b64encode(b"\x08\x13\x22" + raw).decode()
    found = carried_address(link)
    assert found is None or found.startswith(("http://", "https://"))
