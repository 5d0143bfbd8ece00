"""A few stable numbers of a text, by which reprints of it are found again; pure."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from typing import Any

import numpy as np

from pipelines.dedup.normalize import prepare
from pipelines.model import Content

GRAM = 16
"""Letters of a gram: about three words, rare enough to name a text."""
MOST = 32
"""Hashes an article has at most."""
SAMPLED = ((10, 5), (40, 12))
"""So many grams, at least, of so many first words: reprints keep the opening most often, for cuts are made from the
end; and the first sentence is all there is of a notice under which its outlet prints an appeal."""
OPENING = 40
"""Words of an opening: those of the last of SAMPLED."""
CONSIDERED = 3 * MOST
"""Grams looked at, the smallest of all: of what is said again and again some are equal."""
_BLANK = ord(" ")
_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64)
_HALF = np.uint64(32)


def fingerprint(content: Content) -> tuple[int, ...]:
    """At most 32 signed 64-bit numbers of 16-letter grams, the same on every machine; none of no text.

    Grams begin where words begin and are sampled by value: of two texts that share a part, the sample holds the same
    grams of that part. The first number stands for the whole text.
    """
    return tuple(sample(content))


@lru_cache(maxsize=2_048)  # more than are grouped in one batch
def sample(content: Content) -> Mapping[int, str]:
    """The fingerprint's numbers, each with the letters that it stands for."""
    line = prepare(content).line
    text = line.replace(" ", "")
    if not text:
        return {}
    values, starts = _grams(line)
    order = values.argsort()[:CONSIDERED]
    places = dict(zip(values[order].tolist(), starts[order].tolist(), strict=True))
    opening = dict(zip(values[:OPENING].tolist(), starts[:OPENING].tolist(), strict=True))
    picked: dict[int, int] = {}
    for words_seen, number in SAMPLED:
        some = sorted(value for value in list(opening)[:words_seen] if value not in picked)
        picked.update((value, opening[value]) for value in some[: number - len(picked)])
    others = (one for one in places.items() if one[0] not in picked)
    picked.update(islice(others, MOST - 1 - len(picked)))
    return {_whole(text): text} | {value: text[start : start + GRAM] for value, start in picked.items()}


def _grams(line: str) -> tuple[Any, Any]:
    """A number for the gram that begins with each word, and where among the letters it begins."""
    codes = np.frombuffer(line.encode("utf-16-le", "surrogatepass"), "<u2")
    blanks = (codes == _BLANK).nonzero()[0]
    letters = codes[codes != _BLANK]
    starts = np.zeros(len(blanks) + 1, np.int64)
    starts[1:] = blanks - np.arange(len(blanks))
    starts = starts[: starts.searchsorted(len(letters) - GRAM, "right")]
    if not starts.size:
        return starts, starts
    grams: Any = np.ndarray((len(letters) - GRAM + 1, GRAM // 4), "<u8", letters, strides=(2, 8))
    mixed = grams[starts] * _ODD
    mixed ^= mixed >> _HALF
    mixed *= _ODD[::-1]
    sums = mixed.sum(axis=1)
    sums ^= sums >> _HALF
    sums *= _ODD[0]
    return (sums ^ sums >> _HALF).view(np.int64), starts


def _whole(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
