"""Whether a word of an article is what a term's word asks for."""

import re
from functools import lru_cache
from itertools import takewhile

from pipelines.rules import snowball
from pipelines.rules.edit_distance import within
from pipelines.rules.rule import Term, TermWord
from pipelines.text import Words, fold


def stands(term: Term, words: Words, first: int) -> bool:
    """Whether a term of words stands at word `first`, within one sentence."""
    last = first + len(term.words) - 1
    if first < 0 or last >= len(words):
        return False
    if not all(meets(term, word, words, first + number) for number, word in enumerate(term.words)):
        return False
    return words.together(first, last)


def meets(term: Term, word: TermWord, words: Words, position: int) -> bool:
    """Whether one word of the term meets the word at `position`."""
    folded = words.folded[position]
    if word.snowball:
        if snowball.stem(words.original(position), word.snowball) != word.folded:
            return False
    elif not folded_meets(word, folded):
        return False
    if word.capital and not words.original(position)[0].isupper():
        return False
    if not (term.keep_case or term.keep_accents):
        return True
    return _kept_meets(
        word, fold(words.original(position), keep_case=term.keep_case, keep_accents=term.keep_accents), folded
    )


def _kept_meets(word: TermWord, kept: str, folded: str) -> bool:
    """Whether case and accents are the term's, too."""
    if word.wildcard is not None:
        return wildcard(word.wildcard).fullmatch(kept) is not None
    exact = word.exact or ""
    if word.stems or word.snowball:
        # As far as the term and its form have the same letters.
        alike = zip(fold(exact), folded, exact, kept, strict=False)
        return all(wanted == there for _, _, wanted, there in takewhile(lambda at: at[0] == at[1], alike))
    if word.fuzzy:
        return within(exact, kept, word.fuzzy)
    return kept.startswith(exact) if word.prefix else kept == exact


def folded_meets(word: TermWord, folded: str) -> bool:
    """Whether a folded word may meet the term's word, as far as can be told without case and accents."""
    if word.stems:
        return any(folded.startswith(stem) and folded[len(stem) :] in endings for stem, endings in word.stems)
    if word.fuzzy:
        return within(word.folded, folded, word.fuzzy)
    if word.wildcard is not None:
        return folded.startswith(word.folded) and (
            word.exact is not None or wildcard(word.wildcard).fullmatch(folded) is not None
        )
    return folded.startswith(word.folded) if word.prefix else folded == word.folded


@lru_cache(maxsize=1 << 12)
def wildcard(written: str) -> re.Pattern[str]:
    """The word with its `?` as any letter and its `*` as any ending."""
    letters = r"[^\W\d_]".join(map(re.escape, written.removesuffix("*").split("?")))
    return re.compile(letters + (".*" if written.endswith("*") else ""), re.DOTALL)
