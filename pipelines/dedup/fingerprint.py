"""A few stable numbers of a text, by which reprints of it are found again; pure."""

from hashlib import blake2b
from itertools import accumulate
from zlib import crc32

from pipelines.dedup.normalize import prepare
from pipelines.model import Content

GRAM = 16
"""Letters of a gram: about three words, rare enough to name a text."""
MOST = 32
"""Hashes an article has at most."""
OPENING = 40
"""Words of the opening, which reprints keep most often: cuts are made from the end."""
FROM_OPENING = 12


def fingerprint(content: Content) -> tuple[int, ...]:
    """At most 32 signed 64-bit numbers of 16-letter grams, the same on every machine; none of no text.

    Grams begin where words begin and are sampled by value: of two texts that share a part, the sample holds the same
    grams of that part. The first number stands for the whole text.
    """
    words = prepare(content).words
    text = "".join(words)
    if not text:
        return ()
    starts = accumulate(map(len, words[:-1]), initial=0)
    grams = [text[start : start + GRAM] for start in starts if start + GRAM <= len(text)]
    picked = _smallest(grams[:OPENING], FROM_OPENING)
    picked |= _smallest([gram for gram in grams if gram not in picked], MOST - 1 - len(picked))
    return (_number(f"\n{text}"), *sorted(map(_number, picked)))


def _smallest(grams: list[str], number: int) -> set[str]:
    return set(sorted(set(grams), key=_value)[:number])


def _value(gram: str) -> tuple[int, str]:
    return crc32(gram.encode("utf-8", "surrogatepass")), gram


def _number(gram: str) -> int:
    return int.from_bytes(blake2b(gram.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
