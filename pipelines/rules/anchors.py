"""What of a term can be looked for letter by letter, in a line of folded words with one blank between them."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.rules.rule import Term, TermWord


@dataclass(frozen=True, slots=True)
class Anchor:
    """Letters that stand wherever the term stands."""

    letters: str
    last: int
    """Which of the term's words, from 0, the last letters belong to."""
    whole: bool
    """Whether that word ends with them."""


def anchors(term: Term) -> tuple[Anchor, ...]:
    """The longest letters to look for, or one of several where a word has several stems; none where there are none."""
    runs = [tuple(_with_stems(term, run)) for run in _runs(term)]
    return max((run for run in runs if run), key=lambda run: min(len(anchor.letters) for anchor in run), default=())


def decided(term: Term, anchor: Anchor) -> bool:
    """Whether the term stands wherever the anchor does, sentences apart."""
    return (
        not (term.keep_case or term.keep_accents)
        and anchor.letters.count(" ") - anchor.whole == len(term.words)
        and not any(word.wildcard or word.stems or word.capital for word in term.words)
    )


def whole(term: Term) -> str | None:
    """The letters that the term consists of, if it stands wherever they do, sentences apart."""
    found = anchors(term) if term.pattern is None else ()
    return found[0].letters if len(found) == 1 and decided(term, found[0]) else None


def _runs(term: Term) -> Iterator[tuple[int, int]]:
    """First and last of each stretch of words that are known to the letter, the last perhaps by its beginning only."""
    first: int | None = None
    for number, word in enumerate(term.words):
        if word.fuzzy or word.snowball or not (word.folded or word.stems):
            if first is not None:
                yield first, number - 1
            first = None
            continue
        first = number if first is None else first
        if word.prefix or word.stems:
            yield first, number
            first = None
    if first is not None:
        yield first, len(term.words) - 1


def _with_stems(term: Term, run: tuple[int, int]) -> Iterator[Anchor]:
    first, last = run
    word = term.words[last]
    before = "".join(f" {one.folded}" for one in term.words[first:last])
    for beginning in _beginnings(word):
        whole = not (word.prefix or word.stems)
        yield Anchor(f"{before} {beginning}{' ' if whole else ''}", last, whole)


def _beginnings(word: TermWord) -> list[str]:
    """How the word may begin; none of them begins with another."""
    kept: list[str] = []
    for stem in sorted({stem for stem, _ in word.stems} or {word.folded}, key=len):
        if not any(stem.startswith(shorter) for shorter in kept):
            kept.append(stem)
    return kept
