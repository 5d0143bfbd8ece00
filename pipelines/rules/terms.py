"""Terms as written, turned into the words to look for; the text is read as the articles are."""

from dataclasses import dataclass
from itertools import pairwise

from pipelines.desk_files.schema import BadText
from pipelines.rules import endings, patterns, snowball
from pipelines.rules.rule import Term, Terms, TermWord
from pipelines.text import beyond_bmp, fold, word_pattern

FEWEST_LETTERS = 3
"""Before a `*`, as typed: with fewer a wildcard meets words of every kind."""
FUZZY_FROM = 6
"""Letters from which a word may be misspelt: a shorter one is a letter away from too many others."""


class BadTerm(BadText):
    """A term that cannot be looked for; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a term is to be compared; by default without case and accents, letter by letter."""

    keep_case: bool = False
    keep_accents: bool = False
    fuzzy: int = 0
    forms: str | None = None
    """The language whose inflected forms are met too, one of FORMS."""
    capitals: bool = True
    """Whether a capitalised word with forms meets words with a capital only."""

    def fold(self, word: str) -> str:
        """The word, keeping what the term keeps."""
        return fold(word, keep_case=self.keep_case, keep_accents=self.keep_accents)


PLAIN = Manner()
FORMS = endings.LANGUAGES | snowball.LANGUAGES
"""ISO 639-1 codes of the languages in which words can be inflected."""


def compile_term(written: str, manner: Manner = PLAIN) -> Term:
    """The words of a term; raises BadTerm."""
    tokens = word_pattern(beyond_bmp(written), "?*").findall(written)
    if not written.strip():
        raise BadTerm("an empty term")
    if not any(token.strip("?*") for token in tokens):
        raise BadTerm(f"no letter or digit in `{written}`")
    if any(before and patterns.APART.match(before[-1]) and token[0] == "*" for before, token in pairwise(tokens)):
        raise BadTerm(f"`{written}`: in a script without spaces a word is found inside longer ones: leave out the *")
    words = tuple(_compile_word(token, manner) for token in tokens)
    if manner.fuzzy and not any(word.fuzzy for word in words):
        raise BadTerm(f"`{written}` has no word of {FUZZY_FROM} letters or more: `fuzzy` would change nothing")
    return Term(words, manner.keep_case, manner.keep_accents, written=written)


def compile_pattern(written: str, manner: Manner = PLAIN) -> Term:
    """A pattern in RE2's syntax; raises BadTerm at the place that is wrong."""
    wrong = patterns.first_wrong(written, manner.fold)
    if wrong:
        raise BadTerm(wrong.message, wrong.at)
    return Term((), manner.keep_case, manner.keep_accents, pattern=written, written=written)


def add_terms(found: dict[Term, tuple[Term, ...]], more: Terms, excepts: tuple[Term, ...] = ()) -> None:
    """Add terms to `found`, cancelled by `excepts` too; what is there already stays cancelled by what both name."""
    for term, cancelling in more.items():
        every = (*cancelling, *excepts)
        known = found.get(term)
        found[term] = every if known is None else tuple(one for one in known if one in every)


def _compile_word(token: str, manner: Manner) -> TermWord:
    if token.startswith("*"):
        raise BadTerm(f"`{token}`: nothing can be looked for by its ending; no word may begin with *")
    if manner.forms:
        return _compile_forms(token, manner.forms, manner)
    stem, star, after = token.partition("*")
    if after:
        raise BadTerm(f"`{token}`: * may stand at a word's end only")
    if star and sum(letter.isalnum() for letter in stem) < FEWEST_LETTERS:
        raise BadTerm(f"`{token}`: at least {FEWEST_LETTERS} letters must stand before *")
    kept, folded = manner.fold(stem), fold(stem)
    exact = kept if manner.keep_case or manner.keep_accents else None
    if manner.fuzzy and (star or "?" in stem):
        raise BadTerm(f"`{token}`: `fuzzy` and wildcards cannot stand together")
    if "?" in stem:
        return TermWord(folded.partition("?")[0], prefix=True, exact=exact, wildcard=kept + star)
    fuzzy = manner.fuzzy if len(folded) >= FUZZY_FROM else 0
    return TermWord(folded, bool(star), exact, fuzzy=fuzzy)


def _compile_forms(token: str, language: str, manner: Manner) -> TermWord:
    if "*" in token or "?" in token:
        raise BadTerm(f"`{token}`: `forms` and wildcards cannot stand together")
    if manner.fuzzy:
        raise BadTerm(f"`{token}`: `forms` and `fuzzy` cannot stand together")
    exact = manner.fold(token) if manner.keep_case or manner.keep_accents else None
    capital = manner.capitals and endings.is_name(token)
    if language in endings.LANGUAGES:
        stems = tuple((one.stem, one.endings) for one in endings.inflections(token, language))
        return TermWord(fold(token), exact=exact, stems=stems, capital=capital)
    return TermWord(snowball.stem(token, language), exact=exact, snowball=language, capital=capital)
