"""A few stable numbers of a text, by which reprints of it are found again; pure."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from pipelines.dedup.folded import AT_ONCE
from pipelines.dedup.lately import Lately
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
CONSIDERED = 2 * MOST
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


def _sampled(contents: Sequence[Content]) -> list[Mapping[int, str]]:
    lines = [prepared.line for prepared in prepare.all(contents)]
    return [_sample(line, *grams) for line, grams in zip(lines, _grams(lines), strict=True)]


sample = Lately(_sampled, size=2_048, at_once=AT_ONCE)  # more than are grouped in one batch
"""The fingerprint's numbers, each with the letters that it stands for."""


def _sample(line: str, values: Any, starts: Any) -> Mapping[int, str]:
    text = line.replace(" ", "")
    if not text:
        return {}
    opening = list(zip(values[:OPENING].tolist(), starts[:OPENING].tolist(), strict=True))
    picked: dict[int, int] = {}
    for words_seen, number in SAMPLED:
        for value, start in sorted(opening[:words_seen]):
            if len(picked) >= number:
                break
            picked.setdefault(value, start)
    least = values.argsort()[:CONSIDERED]
    for value, start in zip(values[least].tolist(), starts[least].tolist(), strict=True):
        if len(picked) >= MOST - 1:
            break
        picked.setdefault(value, start)
    return {_whole(text): text} | {value: text[start : start + GRAM] for value, start in picked.items()}


def _grams(lines: Sequence[str]) -> list[tuple[Any, Any]]:
    """Of each line a number for the gram that begins with each word, and where among its letters it begins."""
    codes = np.frombuffer(" ".join(["", *lines, ""]).encode("utf-16-le", "surrogatepass"), "<u2")
    is_letter = codes != _BLANK
    letters = codes[is_letter]
    before = is_letter.cumsum()
    starts = before[(is_letter[1:] > is_letter[:-1]).nonzero()[0]]
    numbers = _numbers(letters, starts)
    found = []
    end = letter = 0
    for line in lines:
        begin, letter_begin = end, letter
        blanks = line.count(" ")
        end += blanks + 1 if line else 0
        letter += len(line) - blanks
        last = begin + int(starts[begin:end].searchsorted(letter - GRAM, "right"))
        found.append((numbers[begin:last], starts[begin:last] - letter_begin))
    return found


def _numbers(letters: Any, starts: Any) -> Any:
    """A number for the letters from each start on; of the last few it says nothing."""
    if len(letters) < GRAM:
        return starts
    whole: Any = np.ndarray((len(letters) - GRAM + 1, GRAM), "<u2", letters, strides=(2, 2))
    mixed = whole[np.minimum(starts, len(whole) - 1)].view("<u8") * _ODD
    mixed ^= mixed >> _HALF
    mixed *= _ODD[::-1]
    sums = mixed.sum(axis=1)
    sums ^= sums >> _HALF
    sums *= _ODD[0]
    return (sums ^ sums >> _HALF).view(np.int64)


def _whole(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
