"""A few stable numbers of a text, by which reprints of it are found again; pure."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate, islice
from zlib import crc32

from pipelines.dedup.normalize import prepare
from pipelines.model import Content

GRAM = 16
"""Letters of a gram: about three words, rare enough to name a text."""
MOST = 32
"""Hashes an article has at most."""
SAMPLED = ((10, 5), (40, 12))
"""So many grams, at least, of so many first words: reprints keep the opening most often, for cuts are made from the
end; and the first sentence is all there is of a notice under which its outlet prints an appeal."""
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def fingerprint(content: Content) -> tuple[int, ...]:
    """At most 32 signed 64-bit numbers of 16-letter grams, the same on every machine; none of no text.

    Grams begin where words begin and are sampled by value: of two texts that share a part, the sample holds the same
    grams of that part. The first number stands for the whole text.
    """
    return tuple(sample(content))


@lru_cache(maxsize=2_048)  # more than are grouped in one batch
def sample(content: Content) -> Mapping[int, str]:
    """The fingerprint's numbers, each with the letters that it stands for."""
    words = prepare(content).words
    text = "".join(words)
    if not text:
        return {}
    starts = list(accumulate(map(len, words[:-1]), initial=0))
    del starts[bisect_right(starts, len(text) - GRAM) :]
    units = _ASTRAL.sub("\ufffd", text).encode("utf-16-le", "surrogatepass")  # two bytes a letter, whatever it is
    values = [crc32(units[2 * start : 2 * start + 2 * GRAM]) for start in starts]
    places = dict(zip(values, starts, strict=True))
    picked: set[int] = set()
    for words_seen, number in SAMPLED:
        picked.update(sorted(set(values[:words_seen]) - picked)[: number - len(picked)])
    others = (value for value in sorted(places) if value not in picked)
    picked.update(list(islice(others, MOST - 1 - len(picked))))
    numbers = {_number(f"\n{text}"): text}
    letters = (text[places[value] : places[value] + GRAM] for value in picked)
    return numbers | dict(sorted((_number(gram), gram) for gram in letters))


def _number(gram: str) -> int:
    digest = blake2b(gram.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
