"""Reading feeds of 30 entries with one new: peers on the whole, we on the whole, we knowing the other 29.

Run: python -m benchmarks.feeds [ROUNDS]. Contestants take turns on each feed; medians of CPU time, and ratios. A new
peer is one class with a `read`.
"""

import io
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import fastfeedparser
import feedparser

from pipelines.ingest.feed_parser import parse_feed

URL = "https://news.example/rss"
WORDS = tuple("The dam above the town gave way at dawn; a ferry brought two of the engineers to safety".split())  # noqa: SIM905
Entry = tuple[str, str]
"""Title and link."""


class Peer(Protocol):
    """Reads a whole feed."""

    name: str

    def read(self, document: bytes) -> Sequence[Entry]:
        """Its entries, in its order."""
        ...


class Ours:
    """Wirewatch."""

    name = "ours"

    def read(self, document: bytes) -> Sequence[Entry]:
        """See Peer."""
        return [(one.title, one.link or "") for one in parse_feed(document, url=URL, content_type=None).entries]


class Feedparser:
    """The parser of most Python programs that read feeds, and ours of what is new."""

    name = "feedparser"

    def read(self, document: bytes) -> Sequence[Entry]:
        """See Peer."""
        return [(one.title, one.link) for one in feedparser.parse(io.BytesIO(document)).entries]


class FastFeedParser:
    """Reads well-formed feeds by lxml alone; cleans and checks less."""

    name = "fastfeedparser"

    def read(self, document: bytes) -> Sequence[Entry]:
        """See Peer."""
        return [(one.title, one.link) for one in fastfeedparser.parse(document).entries]


PEERS: Sequence[Peer] = (Feedparser(), Ours(), FastFeedParser())
"""The first is what the others are held against."""


def document(number: int, first: int) -> bytes:
    """A feed of 30 entries from `first` on; summaries of 60 words, half of the feeds with full texts of 400."""
    items = []
    for name in range(first, first + 30):
        words = " ".join(WORDS[(name * 7 + at) % len(WORDS)] for at in range(60))
        full = " ".join(WORDS[(name * 5 + at) % len(WORDS)] for at in range(400)) if number % 2 else ""
        body = f"<content:encoded><![CDATA[<p>{full}</p>]]></content:encoded>" if full else ""
        items.append(
            f"<item><title>Story {name} of feed {number}</title><link>https://news.example/{number}/{name}</link>"
            f"<guid isPermaLink='false'>{number}-{name}</guid><dc:creator>A. Writer</dc:creator>"
            f"<pubDate>Tue, 07 Feb 2023 08:{name % 60:02}:30 +0400</pubDate><category>News</category>"
            f"<description><![CDATA[<p>{words}</p>]]></description>{body}</item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>News</title>'
        f"<link>https://news.example/</link>{''.join(reversed(items))}</channel></rss>"
    ).encode()


def seconds(work: Callable[[], object]) -> float:
    """CPU time of one call."""
    began = time.process_time()
    work()
    return time.process_time() - began


def check(old: bytes, new: bytes) -> None:
    """Leave where the contestants do not read the same entries: their speeds could not be compared."""
    whole = Ours().read(new)
    known = {one.digest: one for one in parse_feed(old, url=URL, content_type=None).items}
    fresh = [entry.title for entry in parse_feed(new, url=URL, content_type=None, known=known).entries]
    before = {title for title, _ in Ours().read(old)}
    others = [peer.name for peer in PEERS if list(peer.read(new)) != whole]
    if others or fresh != [title for title, _ in whole if title not in before]:
        sys.exit(f"the contestants read other entries, so that speeds mean nothing: {', '.join(others) or 'ours, new'}")


def main(rounds: int) -> None:
    """Measure and print."""
    times: dict[str, list[float]] = {}
    check(document(1, 0), document(1, 1))
    for number in range(rounds):
        old, new = document(number, 0), document(number, 1)
        known = {one.digest: one for one in parse_feed(old, url=URL, content_type=None).items}
        contestants: dict[str, Callable[[], object]] = {
            f"{peer.name}, whole": lambda peer=peer, new=new: peer.read(new) for peer in PEERS
        } | {
            "ours, one new": lambda new=new, known=known: parse_feed(new, url=URL, content_type=None, known=known),
            "ours, none new": lambda old=old, known=known: parse_feed(old, url=URL, content_type=None, known=known),
        }
        for name, work in contestants.items():
            times.setdefault(name, []).append(seconds(work))
    base = statistics.median(times[f"{PEERS[0].name}, whole"])
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"{name:<22} {median * 1e3:7.2f} ms   {median / base:5.3f} x {PEERS[0].name}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
