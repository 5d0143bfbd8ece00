"""Boolean queries of Meltwater and Google, read into a tree; what has no meaning for a rule is noted on the way."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from lark import Lark, Token, Tree, UnexpectedInput

MAX_LENGTH = 100_000
MAX_DEPTH = 32
USUAL_DISTANCE = 4
"""Words between the two of a NEAR that names no number (Meltwater's help)."""

GRAMMAR = r"""
?start: either
?either: both (_OR both)*
?both: single (_AND? single)*
?single: (_NOT | _MINUS) single -> negated
       | _PLUS single
       | near
?near: item (NEAR item)*
?item: _OPEN either _CLOSE
     | FIELD item -> fielded
     | QUOTED DISTANCE -> loose
     | QUOTED -> phrase
     | WORD -> word
     | item WEIGHT -> weighed
_OPEN: "("
_CLOSE: ")"
_OR.3: /(OR|\|\|?)(?![\w*?:\/])/i
_AND.3: /(AND|&&?)(?![\w*?:\/])/i
_NOT.3: /((AND)?NOT(?![\w*?:\/])|!(?=["“(\w]))/i
_MINUS.3: /-(?=["“(\w*])/
_PLUS.3: /\+(?=["“(\w*])/
NEAR.4: /O?NEAR(\/\d{1,4})?(?![\w*?:])|(AROUND|NEAR)\(\d{1,4}\)|[WN]\/\d{1,4}(?!\w)/i
DISTANCE.5: /~\d{1,4}/
WEIGHT.5: /\^\d{1,4}/
FIELD.2: /[A-Za-z][A-Za-z_.]*:(?=\S)/
QUOTED.2: /["“”„«][^"“”„«»]*["“”»]/
WORD: /[^\s()"“”„«»|^]+/
%ignore /[\s,;]+/
"""


class BadQuery(ValueError):
    """A query that cannot be read; the text says why and where."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase as written; `field` is where alone it counts, if there is such a place."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts of which all hold, or any."""

    parts: tuple["Query", ...]
    every: bool


@dataclass(frozen=True, slots=True)
class Without:
    """The part does not hold."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class Close:
    """Two parts at most `words` words apart, in this order where asked for."""

    left: "Query"
    right: "Query"
    words: int
    ordered: bool


Query = Word | Joined | Without | Close


@dataclass(slots=True)
class Reading:
    """A query as a tree (None where nothing of it is left), and what could not be carried over."""

    query: Query | None = None
    lost: list[str] = field(default_factory=list)


def read_query(text: str) -> Reading:
    """What the query says; raises BadQuery."""
    if len(text) > MAX_LENGTH:
        raise BadQuery(f"the query is over {MAX_LENGTH} characters")
    depth = 0
    for found in re.finditer(r"[()]", text):
        depth += 1 if found[0] == "(" else -1
        if depth > MAX_DEPTH:
            raise BadQuery(f"at character {found.start() + 1}: brackets nested deeper than {MAX_DEPTH}")
    try:
        tree = _grammar().parse(_ALL_OF_IT.sub(r"\1(\2)", text))
    except UnexpectedInput as error:
        raise BadQuery(_in_words(error, text)) from error
    reading = Reading()
    reading.query = _Builder(reading.lost).query(tree, Word(""))
    return reading


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="basic", maybe_placeholders=False)


def _in_words(error: UnexpectedInput, text: str) -> str:
    offset = getattr(error, "pos_in_stream", None)
    token = getattr(error, "token", None)
    if not text.strip():
        return "the query is empty"
    if offset is None or (token is not None and token.type == "$END"):
        return "the query ends too early" + (": a bracket is not closed" if text.count("(") > text.count(")") else "")
    return f"at character {int(offset) + 1}: `{text[int(offset) :][:20]}` cannot stand here"


_FIELDS = {
    **dict.fromkeys(("title", "intitle", "allintitle", "headline"), "title"),
    **dict.fromkeys(("ingress", "lead"), "lead"),
    **dict.fromkeys(("intext", "allintext"), "body"),
    **dict.fromkeys(("url", "inurl", "allinurl"), "url"),
    "author": "author",
}
_ALL_OF_IT = re.compile(r"\A\s*(allin(?:title|text|url):)(.+)\Z", re.DOTALL | re.IGNORECASE)
"""Google's fields that hold for the whole query."""


class _Builder:
    """Turns a parse tree into a query; `where` is an empty word with the fields that hold there."""

    def __init__(self, lost: list[str]) -> None:
        self._lost = lost

    def query(self, tree: Tree[Token], where: Word) -> Query | None:
        read = {
            "word": self._word,
            "phrase": self._word,
            "loose": self._loose,
            "weighed": self._weighed,
            "fielded": self._fielded,
            "negated": self._negated,
            "near": self._near,
        }.get(str(tree.data))
        return read(tree, where) if read else _joined(self._parts(tree, where), every=tree.data == "both")

    def _negated(self, tree: Tree[Token], where: Word) -> Query | None:
        part = self.query(_only_tree(tree), where)
        return None if part is None else Without(part)

    def _weighed(self, tree: Tree[Token], where: Word) -> Query | None:
        self._lost.append(f"`{tree.children[1]}`: which words count more")
        return self.query(_only_tree(tree), where)

    def _parts(self, tree: Tree[Token], where: Word) -> list[Query]:
        found = (self.query(child, where) for child in tree.children if isinstance(child, Tree))
        return [part for part in found if part is not None]

    def _word(self, tree: Tree[Token], where: Word) -> Query | None:
        return self._written(str(tree.children[0]), where)

    def _written(self, written: str, where: Word) -> Query | None:
        text = " ".join(written.strip('"“”„«»').split())
        if re.fullmatch(r"[#@]\w.*", text):
            self._lost.append(f"`{text}`: the sign before the word, which is found with and without it")
            text = text[1:]
        if "~" in text:
            self._lost.append(f"`{text}`: what stands after ~")
            text = text.partition("~")[0]
        if re.search(r"\w", text):
            return Word(text, where.field)
        self._lost.append(f"`{written}`: no word")
        return None

    def _loose(self, tree: Tree[Token], where: Word) -> Query | None:
        """`"two words"~5`: the words at most so far apart, in either order."""
        phrase, distance = map(str, tree.children)
        words = [self._written(word, where) for word in phrase.strip('"“”„«»').split()]
        parts: list[Query] = [word for word in words if word is not None]
        if len(parts) > 2:
            self._lost.append(f"`{distance}` of more than two words: each is near the next, wherever they stand")
        pairs: list[Query] = [Close(*pair, int(distance[1:]), ordered=False) for pair in pairwise(parts)]
        return _joined(pairs or parts, every=True)

    def _fielded(self, tree: Tree[Token], where: Word) -> Query | None:
        name = str(tree.children[0]).removesuffix(":").lower()
        if name in _FIELDS:
            return self.query(_only_tree(tree), Word("", _FIELDS[name]))
        words = " ".join(str(token) for token in tree.scan_values(lambda token: isinstance(token, Token)))
        hint = _HINTS.get(name, "rules look at headline, lead and text")
        self._lost.append(f"`{words.replace(': ', ':', 1)}`: {hint}")
        return None

    def _near(self, tree: Tree[Token], where: Word) -> Query | None:
        operators = [child for child in tree.children if isinstance(child, Token)]
        items = [self.query(child, where) for child in tree.children if isinstance(child, Tree)]
        pairs: list[Query] = []
        for left, operator, right in zip(items, operators, items[1:], strict=False):
            if left is None or right is None:
                pairs += [part for part in (left, right) if part is not None]
                continue
            number = re.search(r"\d+", operator)
            ordered = operator.upper().startswith(("O", "W"))
            pairs.append(Close(left, right, int(number[0]) if number else USUAL_DISTANCE, ordered))
        if len(pairs) > 1:
            self._lost.append("a chain of NEAR: each neighbour is near the next, wherever they stand")
        return _joined(pairs, every=True)


_HINTS = {
    "site": "say which feeds in feeds.yaml, and `scope: {feed_tags: [...]}`",
    "source": "say which feeds in feeds.yaml, and `scope: {feed_tags: [...]}`",
    "language": "write `scope: {languages: [en]}`",
    "lang": "write `scope: {languages: [en]}`",
}


def _only_tree(tree: Tree[Token]) -> Tree[Token]:
    return next(child for child in tree.children if isinstance(child, Tree))


def _joined(parts: list[Query], *, every: bool) -> Query | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    flat = [
        inner
        for part in parts
        for inner in (part.parts if isinstance(part, Joined) and part.every == every else (part,))
    ]
    return Joined(tuple(flat), every)
