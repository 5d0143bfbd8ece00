"""What an article shares with several stories is left out before it is compared with one; pure.

An outlet's appeal or a background paragraph makes two short items look like one text. Whole paragraphs are left out,
on both sides, and only where the hashes say plainly that they are common: a phrase that many use is no reason.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pipelines.dedup.normalize import Prepared, leave_out

PLAINLY = 2
"""Common grams that a paragraph has; one may be a turn of phrase."""


@dataclass(frozen=True, slots=True)
class Mask:
    """An article as it is compared, and the grams by which the same paragraphs are known in another."""

    own: Prepared
    grams: tuple[str, ...] = ()

    @classmethod
    def of(cls, prepared: Prepared, grams: Mapping[int, str], common: Collection[int]) -> "Mask":
        """The article without its common paragraphs; as it stands where nothing would be left of it."""
        if len(common) < PLAINLY:
            return cls(prepared)
        texts = _paragraphs(prepared)
        shared = [grams[number] for number in common]
        rare = [gram for number, gram in grams.items() if number not in common]
        gone = {
            number
            for number, text in enumerate(texts)
            if _found(shared, text) >= PLAINLY and _found(shared, text) > _found(rare, text)
        }
        if not gone or len(gone) == len(texts):
            return cls(prepared)
        known = tuple(gram for gram in shared if any(gram in texts[number] for number in gone))
        return cls(leave_out(prepared, gone), known)

    def applied(self, prepared: Prepared) -> Prepared:
        """Another article without the same paragraphs."""
        if not self.grams:
            return prepared
        texts = _paragraphs(prepared)
        gone = {number for number, text in enumerate(texts) if _found(self.grams, text) >= PLAINLY}
        return leave_out(prepared, gone) if gone and len(gone) < len(texts) else prepared


def _paragraphs(prepared: Prepared) -> Sequence[str]:
    ends = (*prepared.paragraphs[1:], len(prepared.words))
    return ["".join(prepared.words[begin:end]) for begin, end in zip(prepared.paragraphs, ends, strict=True)]


def _found(grams: Collection[str], text: str) -> int:
    return sum(gram in text for gram in grams)
