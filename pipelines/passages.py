"""Marked parts of a body: captions, what an outlet prints under everything, and what it tells again and again; pure.

The body stays as the page has it, so that every offset into it holds: marks stand beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.states import PassageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Characters [start, end) of a body, and what they are."""

    kind: PassageKind
    start: int
    end: int


def without(text: str, passages: Sequence[Passage], kind: PassageKind) -> str:
    """The text with blanks in place of the passages of one kind: every other character keeps its place.

    Each ends in a full stop, so that no phrase and no sentence crosses it.
    """
    for one in passages:
        if one.kind is kind and one.end > one.start:
            text = f"{text[: one.start]}{'.':>{one.end - one.start}}{text[one.end :]}"
    return text


def lines(body: str) -> Iterator[tuple[int, str]]:
    """Where each paragraph of a body begins, and its text."""
    start = 0
    for line in body.split("\n"):
        yield start, line
        start += len(line) + 1
