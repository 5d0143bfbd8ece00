"""Which machine gathers what: hosts are dealt out by number; imports the standard library only.

By host, not by claims item by item: the pause between two requests to one host, its robots.txt and its connections are
then kept by one process, whatever the number of machines.
"""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit
from zlib import crc32

SLOTS = 4_096
"""Hosts are sorted into so many; a shard has every so-manieth of them, so that the number of shards may change."""


def slot_of(url: str) -> int:
    """The slot of an address, from 0; the same for all addresses of a host."""
    path = url.find("/", url.find("//") + 2)
    return _slot(url if path < 0 else url[:path])


@lru_cache(maxsize=SLOTS)  # asked for each entry: without it a ninth of what storing one takes
def _slot(url: str) -> int:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return crc32(host.encode("utf-8", "replace")) % SLOTS


@dataclass(frozen=True, slots=True)
class Shard:
    """Shard `number`, from 0, of so many."""

    number: int
    of: int

    def takes(self, url: str) -> bool:
        """Whether the address is one of the shard's."""
        return self.of == 1 or slot_of(url) % self.of == self.number


WHOLE = Shard(0, 1)
