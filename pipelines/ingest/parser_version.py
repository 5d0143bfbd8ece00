"""Which code reads feeds and pages now: another version may find something else in the same bytes."""

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from pipelines.feed_options import FeedOptions
from pipelines.model import Feed
from pipelines.states import digest


@lru_cache
def _code(*libraries: str) -> str:
    """A digest of this folder and of the libraries that read; nobody need remember to count it up."""
    found = hashlib.sha256(" ".join(map(version, libraries)).encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        found.update(file.read_bytes())
    return found.hexdigest()


@lru_cache(maxsize=10_000)  # asked for three times a poll
def parser_version(feed: Feed) -> str:
    """Changes with the code that reads feeds and with the feed's own settings."""
    return digest(_code("feedparser", "lxml"), repr(feed))[:16]


@lru_cache(maxsize=1_000)
def extractor_version(options: FeedOptions) -> str:
    """Changes with the code that reads pages and with what the desk says of their parts."""
    return digest(_code("trafilatura", "lxml"), repr((options.keep, options.drop, options.full_text)))[:16]
