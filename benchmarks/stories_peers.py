"""The peers of the stories benchmark, which index texts in memory: a new peer is one class with an `add`."""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

THRESHOLD, PERMUTATIONS = 0.5, 128


class Peer(Protocol):
    """An index of texts, empty at first."""

    name: str

    def add(self, body: str) -> Sequence[int]:
        """Take a text; which of the earlier ones, by their place, it resembles."""
        ...


def shingles(body: str) -> list[str]:
    """The peers' features: runs of five words."""
    words = re.findall(r"\w+", body.lower())
    return list({" ".join(words[place : place + 5]) for place in range(max(1, len(words) - 4))})


class Rensa:
    """MinHash in Rust."""

    name = "rensa"

    def __init__(self) -> None:
        import rensa

        self._make, self._kept = rensa.RMinHash, []  # type: ignore[var-annotated]
        self._index = rensa.RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=32)

    def add(self, body: str) -> Sequence[int]:
        """See Peer."""
        one = self._make(num_perm=PERMUTATIONS, seed=42)
        one.update(shingles(body))
        found = [other for other in self._index.query(one) if one.jaccard(self._kept[other]) >= THRESHOLD]
        self._index.insert(len(self._kept), one)
        self._kept.append(one)
        return found


class Datasketch:
    """MinHash in numpy."""

    name = "datasketch"

    def __init__(self) -> None:
        from datasketch import MinHash, MinHashLSH

        self._make, self._kept = MinHash, []  # type: ignore[var-annotated]
        self._index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)

    def add(self, body: str) -> Sequence[int]:
        """See Peer."""
        one = self._make(num_perm=PERMUTATIONS)
        one.update_batch([each.encode() for each in shingles(body)])
        found = [other for other in self._index.query(one) if one.jaccard(self._kept[other]) >= THRESHOLD]
        self._index.insert(len(self._kept), one)
        self._kept.append(one)
        return found


PEERS: Mapping[str, type[Rensa | Datasketch]] = {one.name: one for one in (Rensa, Datasketch)}
