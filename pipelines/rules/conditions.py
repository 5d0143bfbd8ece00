"""The language of `again_when`: text to conditions, with the place and the remedy of what is wrong."""

from collections.abc import Collection
from functools import lru_cache

from lark import Lark, Token, Tree, UnexpectedInput, UnexpectedToken

from pipelines.desk_files.reading import suggest, suggest_or_list
from pipelines.policy import Condition, NewGroup, SourcesReach, TextChanged

GRAMMAR = r"""
?condition: "sources"i ">=" NUMBER -> sources
          | "new_group"i "(" NAME ")" -> new_group
          | "text_changed"i ">=" NUMBER "%" -> text_changed
NAME: /[^\W\d][\w-]*/
NUMBER: /\d{1,6}(?!\d)/
%ignore /\s+/
"""
SHAPES = "sources >= 3, new_group(name) or text_changed >= 25%"
_FIRST_WORDS = ("sources", "new_group", "text_changed")

Found = tuple[int, str]
"""What is wrong: offset in the text, and message."""


def parse_condition(text: str, groups: Collection[str]) -> tuple[Condition | None, Found | None]:
    """The condition that `text` says about a rule's `groups`, or None with what is wrong where."""
    try:
        tree = _grammar().parse(text)
    except UnexpectedInput as error:
        return None, _in_words(error, text)
    token = next(child for child in tree.children if isinstance(child, Token))
    wrong = _wrong(tree, token, groups)
    return (None, (token.start_pos or 0, wrong)) if wrong else (_condition(str(tree.data), token), None)


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    return Lark(GRAMMAR, parser="lalr", start="condition")


def _condition(kind: str, token: Token) -> Condition:
    match kind:
        case "sources":
            return SourcesReach(int(token))
        case "new_group":
            return NewGroup(str(token))
        case _:
            return TextChanged(int(token))


def _wrong(tree: Tree[Token], token: Token, groups: Collection[str]) -> str | None:
    if tree.data == "new_group":
        return None if token in groups else f"unknown group `{token}`{suggest_or_list(token, groups)}"
    if tree.data == "sources" and int(token) < 2:
        return "the number must be 2 or more: the first source is the first alert"
    if tree.data == "text_changed" and not 1 <= int(token) <= 100:
        return "the percentage must lie between 1 and 100"
    return None


def _in_words(error: UnexpectedInput, text: str) -> Found:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return max(len(text.rstrip()) - 1, 0), f"the condition ends too early; expected {SHAPES}"
    offset = int(getattr(error, "pos_in_stream", None) or 0)  # declared as None in lark
    rest = text[offset:].split(maxsplit=1)[0]
    if rest[0] in "><=":
        return offset, "only `>=` is known here"
    if text[:offset].strip():
        return offset, f"`{rest}` cannot stand here; expected {SHAPES}"
    return offset, f"expected {SHAPES}, not `{rest}`{suggest(rest.partition('(')[0], _FIRST_WORDS)}"
