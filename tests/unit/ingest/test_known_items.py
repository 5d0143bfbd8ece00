"""A document without its known items gives the entries that the whole document gives of the others."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import NotAFeed
from pipelines.ingest.feed_parser import parse_feed
from pipelines.ingest.hints import entry_name
from pipelines.ingest.known_items import MOST
from pipelines.ingest.parsed_feed import ParsedFeed
from pipelines.model import FeedEntry

DATA = Path(os.environ.get("WIREWATCH_DATA") or Path(__file__).parents[4] / "shared" / "data") / "feeds"
URL = "https://news.example/rss"


def rss(*items: str, head: str = "<title>N</title>", attributes: str = "") -> bytes:
    """An RSS 2.0 document with these items."""
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"{attributes}><channel>{head}{inner}</channel></rss>'.encode()


def read(body: bytes, before: ParsedFeed | None = None, url: str = URL) -> ParsedFeed:
    """The document, as if `before` had been read last."""
    known = {one.digest: one for one in before.items} if before else {}
    return parse_feed(body, url=url, content_type=None, known=known)


def item(name: str, words: str = "", guid: str = "") -> str:
    """An item with a link of its own."""
    named = f"<guid>{guid}</guid>" if guid else ""
    return f"<title>{name} {words}</title><link>/{name}</link>{named}<pubDate>Tue, 07 Feb 2023 08:15:30 GMT</pubDate>"


def test_only_what_is_new_or_changed_is_read() -> None:
    first = read(rss(item("a"), item("b"), item("c")))
    assert [entry.title for entry in first.entries] == ["a", "b", "c"]
    second = read(rss(item("d"), item("a"), item("b", "again"), item("c"), head="<title>Later</title>"), first)
    assert [entry.title for entry in second.entries] == ["d", "b again"]
    assert [one.name for one in second.items] == [
        one.name for one in read(rss(item("d"), item("a"), item("b", "again"), item("c"))).items
    ]
    assert read(rss(item("c"), item("a")), second).entries == ()
    assert len(read(rss(item("c"), item("a")), second).items) == 2


@pytest.mark.parametrize(
    "body",
    [
        rss(item("a"), attributes=' xml:base="/en/"'),
        rss(item("a"), attributes=' xml:lang="hy"'),
        rss(item("a")).replace(b"<rss", b"<!DOCTYPE rss [<!ENTITY x 'y'>]><rss"),
        rss(item("a")) + b"<",
        rss(item("a"), item("b&nbsp;c")),
        rss(item("a") + "<item/>"),
        rss(*(item(f"a{number}") for number in range(MOST + 1)), item("a")),
    ],
    ids=["base", "language", "entities", "broken", "undeclared", "nested", "many"],
)
def test_what_stands_otherwise_or_cannot_be_taken_apart_is_read_whole(body: bytes) -> None:
    assert read(body, read(rss(item("a")))).entries == read(body).entries != ()


def test_another_final_address_is_another_place() -> None:
    first = read(rss(item("a")))
    assert read(rss(item("a")), first).entries == ()
    assert [entry.url for entry in read(rss(item("a")), first, "https://b.example/").entries] == ["https://b.example/a"]


def test_a_guid_shared_with_a_known_item_is_not_trusted_either() -> None:
    first = read(rss(item("a", guid="1")))
    assert first.entries[0].guid == "1"
    both = read(rss(item("b", guid="1"), item("a", guid="1")), first)
    assert [(entry.title, entry.guid) for entry in both.entries] == [("b", None), ("a", None)]


def test_an_item_given_twice_is_met_with_its_twin() -> None:
    first = read(rss(item("a")))
    again = read(rss(item("a"), item("a", "with other words")), first)
    assert [entry.title for entry in again.entries] == ["a", "a with other words"]


names = st.sampled_from("abcdef")
items = st.lists(st.builds(item, names, st.sampled_from(["", "x", "y"]), st.sampled_from(["", "1", "2"])), max_size=6)


@given(items, items)
def test_whatever_was_known_the_others_are_as_in_the_whole(before: list[str], now: list[str]) -> None:
    known, whole = read(rss(*before)), read(rss(*now))
    split = read(rss(*now), known)
    digests = {one.digest for one in known.items}
    new = [entry for one, entry in zip(whole.items, whole.entries, strict=True) if one.digest not in digests]
    assert is_within(new, split.entries)
    assert is_within(split.entries, whole.entries)
    assert [one.digest for one in split.items] == [one.digest for one in whole.items]
    if not new:
        assert split.entries == ()


def is_within(some: Sequence[FeedEntry], others: Sequence[FeedEntry]) -> bool:
    """Whether all of `some` are among the others, in their order."""
    rest = iter(others)
    return all(any(one == other for other in rest) for one in some)


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the feeds to measure with are not at {DATA}")
def test_on_real_feeds_nothing_is_lost_by_taking_them_apart() -> None:
    compared = 0
    for line in (DATA / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        body = (DATA / row["path"]).read_bytes()
        try:
            whole = read(body)
        except NotAFeed:
            continue
        known = whole.items[1::2]
        if not known:
            continue
        compared += 1
        split = parse_feed(body, url=URL, content_type=None, known={one.digest: one for one in known})
        assert {one.name for one in split.items} == {one.name for one in whole.items}, row["path"]
        expected = [entry for one, entry in zip(whole.items, whole.entries, strict=True) if one not in known]
        assert [entry for entry in split.entries if entry in expected] == expected, row["path"]
        assert set(map(entry_name, split.entries)) <= set(map(entry_name, whole.entries)), row["path"]
    assert compared > 100
