"""Terms as written, turned into the words to look for; the text is read as the articles are."""

import re

from pipelines.rules.rule import Term, Terms, TermWord
from pipelines.text import beyond_bmp, fold, word_pattern

FEWEST_LETTERS = 3
"""Before a `*`, as typed: with fewer a wildcard meets words of every kind."""


class BadTerm(ValueError):
    """A term that cannot be looked for; the text says why."""


def compile_term(written: str, *, keep_case: bool = False, keep_accents: bool = False) -> Term:
    """The words of a plain term, to be compared with case or accents kept where asked; raises BadTerm."""
    tokens = word_pattern(beyond_bmp(written), "?*").findall(written)
    if not written.strip():
        raise BadTerm("an empty term")
    if not any(token.strip("?*") for token in tokens):
        raise BadTerm(f"no letter or digit in `{written}`")
    return Term(
        tuple(_compile_word(token, keep_case=keep_case, keep_accents=keep_accents) for token in tokens),
        keep_case,
        keep_accents,
    )


def add_terms(found: dict[Term, tuple[Term, ...]], more: Terms, excepts: tuple[Term, ...] = ()) -> None:
    """Add terms to `found`, cancelled by `excepts` too; what is there already stays cancelled by what both name."""
    for term, cancelling in more.items():
        every = (*cancelling, *excepts)
        known = found.get(term)
        found[term] = every if known is None else tuple(one for one in known if one in every)


def _compile_word(token: str, *, keep_case: bool, keep_accents: bool) -> TermWord:
    if token.startswith("*"):
        raise BadTerm(f"`{token}`: nothing can be looked for by its ending; no word may begin with *")
    stem, star, after = token.partition("*")
    if after:
        raise BadTerm(f"`{token}`: * may stand at a word's end only")
    if star and sum(letter.isalnum() for letter in stem) < FEWEST_LETTERS:
        raise BadTerm(f"`{token}`: at least {FEWEST_LETTERS} letters must stand before *")
    kept = fold(stem, keep_case=keep_case, keep_accents=keep_accents)
    folded = fold(stem)
    if "?" in stem:
        letters = r"[^\W\d_]".join(map(re.escape, kept.split("?")))
        pattern = re.compile(letters + (".*" if star else ""), re.DOTALL)
        return TermWord(folded.partition("?")[0], prefix=True, pattern=pattern)
    return TermWord(folded, bool(star), kept if keep_case or keep_accents else None)
