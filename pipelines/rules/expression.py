"""The language of `when` and `unless`: text to clauses; the only file that imports lark."""

import re
from collections.abc import Container, Mapping
from functools import lru_cache

from lark import Lark, Token, Tree, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from pipelines.desk_files.reading import suggest, suggest_or_list
from pipelines.rules.clauses import And, Clause, Count, Has, Near, Not, Or, SameSentence, Score, Several
from pipelines.states import Field

MAX_DEPTH = 32
"""Brackets within brackets: each costs a level of the stack, and a reader is lost long before."""

MOST_LEFT_OUT = 8
"""Pieces of a faulty expression that are left out to see what else is wrong: with more, it is none of the language."""
_PIECE = re.compile(r""" "[^"]*" | '[^']*' | [\w-]+ | \S """, re.VERBOSE)

_CALLED = ("title", "lead", "near", "before", "same_sentence", "mentions", "distinct")
RESERVED = frozenset([*_CALLED, "and", "or", "not", "of", "all", "score", "words"])
"""Words of the language, in any case: no group may have them as its name."""

NAME = re.compile(r"[^\W\d][\w-]*")

GRAMMAR = r"""
?either: both ("or"i both)*
?both: single ("and"i single)*
?single: "not"i item -> negated
       | item
?item: "(" either ")"
     | NAME -> has
     | "title"i "(" NAME ")" -> title
     | "lead"i "(" NAME ")" -> lead
     | "near"i "(" NAME "," NAME "," "words"i "=" NUMBER ")" -> near
     | "before"i "(" NAME "," NAME "," "words"i "=" NUMBER ")" -> before
     | "same_sentence"i "(" NAME "," NAME ")" -> same_sentence
     | "mentions"i "(" NAME ")" LEAST NUMBER -> mentions
     | "distinct"i "(" NAME ")" LEAST NUMBER -> distinct
     | "score"i LEAST NUMBER -> score
     | NUMBER "of"i NAMES -> several
     | "all"i "of"i NAMES -> several
NAMES: /[^\W\d][\w-]*\*/i
NAME: /(?!(?:and|or|not|of)(?![\w-]))[^\W\d][\w-]*/i
NUMBER: /-?\d{1,6}(?!\d)/
LEAST: ">="
%ignore /\s+/
"""

Found = list[tuple[int, str]]
"""What is wrong: offset in the text, and message."""


def parse(text: str, groups: Mapping[str, int]) -> tuple[Clause | None, Found]:
    """The clause that `text` says about `groups` (names and their weights), or None with what is wrong where."""
    too_deep = _first_too_deep(text)
    if too_deep is not None:
        return None, [(too_deep, f"brackets nested deeper than {MAX_DEPTH}")]
    try:
        tree = _grammar().parse(text)
    except UnexpectedInput as error:
        wrong = _in_words(error, text, groups)
        return None, [wrong, *(one for one in _beside(error, text, groups) if one[0] != wrong[0])]
    reading = _Reading(text, groups)
    clause = reading.clause(tree)
    return (None if reading.wrong else clause), reading.wrong


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    return Lark(GRAMMAR, parser="lalr", start="either", propagate_positions=True)


def _first_too_deep(text: str) -> int | None:
    depth = 0
    for found in re.finditer(r"[()]", text):
        depth += 1 if found[0] == "(" else -1
        if depth > MAX_DEPTH:
            return found.start()
    return None


def _beside(error: UnexpectedInput, text: str, groups: Mapping[str, int]) -> Found:
    """What else is wrong in a text that is none of the language: told of it without what cannot stand there."""
    for _ in range(MOST_LEFT_OUT):
        try:
            left = _without(error, text)
            reading = _Reading(left, groups)
            reading.clause(_grammar().parse(left))
        except UnexpectedInput as other:
            error, text = other, left
        else:
            return reading.wrong
    return []


def _without(error: UnexpectedInput, text: str) -> str:
    """The text with blanks for what cannot stand there, or with a bracket closed that was left open."""
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return f"{text})"
    offset = int(getattr(error, "pos_in_stream", None) or 0)
    found = _PIECE.match(text, offset)
    return text[:offset] + re.sub(r"\S", " ", found[0]) + text[found.end() :] if found else text


def _in_words(error: UnexpectedInput, text: str, groups: Container[str]) -> tuple[int, str]:
    offset = int(getattr(error, "pos_in_stream", None) or 0)  # declared as None in lark
    if isinstance(error, UnexpectedCharacters):
        return offset, _HINTS.get(text[offset], _HINTS[""])
    if not text.strip():
        return 0, "an empty expression"
    due = error.expected if isinstance(error, UnexpectedToken) else ()
    hint = next((hint for expected, hint in _DUE.items() if expected in due), "")
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        called = re.search(r"[\w-]+(?=\s*\Z)", text[:offset]) if error.token.type == "LPAR" else None
        if called and called[0] not in groups and called[0].lower() not in RESERVED:
            return called.start(), f"there is no `{called[0]}(...)`{_instead(called[0])}"
        return offset, f"`{error.token}` cannot stand here{hint}"
    if text.count("(") > text.count(")"):
        hint = "; a bracket is not closed"
    return max(len(text.rstrip()) - 1, 0), "the expression ends too early" + hint


def _instead(called: str) -> str:
    return suggest(called.lower(), _CALLED) or f"; there are {', '.join(_CALLED)}"


_SPELT = "; it is written near(place, force, words=15)"
_DUE = {
    "NAME": "; the name of a group is due",
    "AND": "; two parts are joined by `and` or `or`",
    "COMMA": _SPELT,
    "WORDS": _SPELT,
    "EQUAL": _SPELT,
    "LPAR": "; a group in brackets is due, such as title(place)",
    "LEAST": "; a number is due, such as `>= 2`",
    "NAMES": "; the beginning of the groups' names is due, such as `place*`",
}
"""By what could have stood there instead, the first that holds."""
_HINTS = {
    "": "only names of groups, and, or, not, brackets and clauses can stand here",
    '"': "words to look for belong under `terms`; here stand the names of the groups",
    "'": "words to look for belong under `terms`; here stand the names of the groups",
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not`",
    ">": "write `>=`",
    "<": "only `>=` is known",
    "*": "before `*` the groups' names begin, such as `place*`",
    ".": "a whole number is due",
    "#": "no comment can stand within a text: put it on a line before the key",
}


class _Reading:
    """Turns one parse tree into clauses and notes what is wrong with the names and numbers in it."""

    def __init__(self, text: str, groups: Mapping[str, int]) -> None:
        self._text = text
        self._groups = groups
        self.wrong: Found = []

    def clause(self, tree: Tree[Token]) -> Clause:
        text = " ".join(self._text[tree.meta.start_pos : tree.meta.end_pos].split())
        parts = tuple(self.clause(child) for child in tree.children if isinstance(child, Tree))
        tokens = [child for child in tree.children if isinstance(child, Token)]
        match tree.data:
            case "either":
                return Or(text, parts)
            case "both":
                return And(text, parts)
            case "negated":
                return Not(text, parts[0])
            case _:
                return self._leaf(str(tree.data), text, tokens, tree.meta.start_pos)

    def _leaf(self, kind: str, text: str, tokens: list[Token], start: int) -> Clause:
        names = [self._group(token) for token in tokens if token.type == "NAME"]
        number = next((int(token) for token in tokens if token.type == "NUMBER"), None)
        if kind == "score":
            return self._score(text, number or 0, start)
        if kind == "several":
            return self._several(text, number, tokens[-1])
        if kind in {"mentions", "distinct"}:
            return Count(text, names[0], self._at_least(1, number, start), distinct=kind == "distinct")
        if len(names) == 2:
            return self._pair(kind, text, names, number, start)
        return Has(text, names[0], None if kind == "has" else Field(kind))

    def _pair(self, kind: str, text: str, names: list[str], number: int | None, start: int) -> Clause:
        if kind == "same_sentence":
            return SameSentence(text, names[0], names[1])
        return Near(text, names[0], names[1], self._at_least(0, number, start), ordered=kind == "before")

    def _group(self, token: Token) -> str:
        if token not in self._groups:
            self.wrong.append((token.start_pos or 0, f"unknown group `{token}`{suggest_or_list(token, self._groups)}"))
        return str(token)

    def _at_least(self, least: int, number: int | None, start: int) -> int:
        if number is None or number < least:
            self.wrong.append((start, f"the number must be {least} or more"))
            return least
        return number

    def _score(self, text: str, least: int, start: int) -> Clause:
        weighted = frozenset(name for name, weight in self._groups.items() if weight)
        if sum(max(self._groups[name], 0) for name in weighted) < least:
            self.wrong.append((start, f"no weights of groups can add up to {least}"))
        return Score(text, least, weighted)

    def _several(self, text: str, number: int | None, token: Token) -> Clause:
        names = tuple(name for name in self._groups if name.startswith(token[:-1]))
        if not names:
            self.wrong.append((token.start_pos or 0, f"no group's name begins with `{token[:-1]}`"))
        elif number is not None and not 1 <= number <= len(names):
            self.wrong.append(
                (token.start_pos or 0, f"the number must lie between 1 and {len(names)}: {', '.join(names)}")
            )
        return Several(text, len(names) if number is None else number, names)
