"""A search as a person types it, read: words, "a phrase", OR, -not, prefix*, brackets, title:, a NEAR/9 b.

The grammar is that of the boolean queries which `wirewatch rules new` translates; what it reads and a search cannot
answer is an error here, never left out.
"""

import re

from pipelines.errors import SearchRefused
from pipelines.rules.boolean import BadQuery, Close, Joined, Query, Word, read_query
from pipelines.rules.boolean import Without as Negated
from pipelines.search.sought import Either, Every, Near, Phrase, Piece, Sought, Without, condition
from pipelines.text import beyond_bmp, fold, word_pattern

LONGEST = 1_000
"""Characters of a query: some hundred words."""
FEWEST_LETTERS = 3
"""Before a `*`, as in rules: with fewer it meets words of every kind."""

_SMALL_OPERATOR = re.compile(r'["“”„«][^"“”„«»]*["“”»]|(?<!\S)\(*(?:or|and|not|near)\)*(?!\S)')
HELP = 'words, "a phrase", a OR b, -not, prefix*, title:word, a NEAR/9 b'


def read_search(text: str) -> Sought:
    """What is sought; raises SearchRefused with one message that says what is wrong and where."""
    if len(text) > LONGEST:
        raise SearchRefused(f"the search is over {LONGEST} characters")
    text = " ".join(text.split())  # a refusal quotes it in one line
    if not text:
        raise SearchRefused(f"say what to search for: {HELP}")
    try:
        reading = read_query(_SMALL_OPERATOR.sub(_as_words, text))
    except BadQuery as error:
        raise SearchRefused(f"{error}; a search is {HELP}") from error
    lost = [one.partition(": ")[0] for one in reading.lost if not one.endswith(": no word")]  # a dash between words
    if lost:
        raise SearchRefused(f"{lost[0]} cannot be searched for; a search is {HELP}")
    if reading.query is None:
        raise SearchRefused(f"no word in {text}; a search is {HELP}")
    sought = _sought(reading.query)
    if condition(sought) is None:
        raise SearchRefused("say what the texts have, beside what they have not; words such as not go in quotes")
    return sought


def _as_words(found: re.Match[str]) -> str:
    """Small letters are words: only OR, AND, NOT and NEAR in capitals join others."""
    if found[0][0] not in "(oan":
        return found[0]
    return re.sub(r"[a-z]+", r'"\g<0>"', found[0])


def _sought(query: Query) -> Sought:
    if isinstance(query, Word):
        return _phrase(query)
    if isinstance(query, Negated):
        return Without(_sought(query.part))
    if isinstance(query, Close):
        return Near(_sought(query.left), _sought(query.right), query.words, query.ordered)
    return _joined(query)


def _joined(query: Joined) -> Sought:
    parts = tuple(_sought(part) for part in query.parts)
    return Every(parts) if query.every else Either(parts)


def _phrase(word: Word) -> Phrase:
    if word.field not in {None, "title"}:
        raise SearchRefused(f"{word.field}: cannot be searched by itself; a search is {HELP}")
    pieces = tuple(_piece(one, word.text) for one in word_pattern(beyond_bmp(word.text), "*").findall(word.text))
    if not any(piece.word for piece in pieces):
        raise SearchRefused(f"no letter or digit in `{word.text}`")
    return Phrase(pieces, written=word.text, in_title=word.field == "title")


def _piece(token: str, written: str) -> Piece:
    stem = token.removesuffix("*")
    if "*" in stem:
        raise SearchRefused(f"`{written}`: a * stands at a word's end alone")
    if token.endswith("*") and len(stem) < FEWEST_LETTERS:
        raise SearchRefused(f"`{written}`: at least {FEWEST_LETTERS} letters before a *")
    return Piece(fold(stem), open=token.endswith("*"))
