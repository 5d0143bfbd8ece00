"""A rule to start from: an empty one, or one that says what a boolean query said; as the YAML of a file."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.rules.boolean import Close, Joined, Query, Reading, Without, Word
from pipelines.rules.expression import NAME, RESERVED
from pipelines.rules.loader import compile_rules
from pipelines.rules.sources import Source, Sources
from pipelines.rules.terms import BadTerm, Manner, compile_term

DRAFTED = Path("rule.yaml")
FARTHEST = 500
"""Words: beyond, `near` says no more than `and`."""

EMPTY = """version: 1
rules:
  - id: {id}
    title: What readers see
    status: draft                    # shadow: it matches and tells nobody; live: it tells
    any: [word, a phrase, begin*]    # any of these ...
    and_any: [another word]          # ... and any of these
    unless_any: [film festival]      # ... but none of these
    tests:
      - name: what it is for
        article: {{title: A word and another word}}
        expect: match
      - name: what it is not for
        article: {{title: A word and another word at the film festival}}
        expect: no_match
"""


class NothingLeft(ValueError):
    """A query of which no rule can be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as the text of a file, and what of the query it does not say."""

    text: str
    lost: tuple[str, ...] = ()


def empty_rule(rule_id: str) -> Draft:
    """A rule with each part of the short form in it."""
    return Draft(EMPTY.format(id=rule_id))


def translated(reading: Reading, rule_id: str, query: str) -> Draft:
    """The rule that says what was read; raises NothingLeft."""
    drafting = _Drafting(reading.lost)
    when, unless = drafting.conditions(reading.query)
    groups = drafting.groups
    lines = [f"  - id: {rule_id}", f"    title: {_yaml(_shortened(query))}", "    status: draft"]
    short = _short_form(when, unless, groups)
    lines += short if short else _long_form(when, unless, groups)
    text = "version: 1\nrules:\n" + "\n".join(lines) + "\n"
    wrong = compile_rules(Sources(path=DRAFTED, rules=(Source(path=DRAFTED, raw=text.encode()),))).faults
    if wrong:
        raise NothingLeft(f"no rule can say this: {wrong[0].message}")
    return Draft(text, tuple(dict.fromkeys(drafting.lost)))


@dataclass(slots=True)
class _Group:
    terms: list[str] = field(default_factory=list)
    fields: tuple[str, ...] = ()


class _Drafting:
    """Names the groups as they come; what is lost is noted."""

    def __init__(self, lost: list[str]) -> None:
        self.lost = lost
        self.groups: dict[str, _Group] = {}

    def conditions(self, query: Query | None) -> tuple[str, str | None]:
        """`when` and `unless`: what the query excludes as a whole stands in `unless`."""
        parts = query.parts if isinstance(query, Joined) and query.every else (query,) if query else ()
        wanted = [part for part in parts if not isinstance(part, Without)]
        if not wanted:
            raise NothingLeft("the query names nothing to look for: a rule cannot match by absence alone")
        around = "and" if len(wanted) > 1 else ""
        whens = [text for part in wanted if (text := self._text(part, around))]
        unwanted = [part.part for part in parts if isinstance(part, Without)]
        around = "or" if len(unwanted) > 1 else ""
        unlesses = [text for part in unwanted if (text := self._text(part, around))]
        if not whens:
            raise NothingLeft(f"nothing of the query can be carried over: {'; '.join(self.lost)}")
        return " and ".join(whens), " or ".join(unlesses) or None

    def _text(self, query: Query, within: str) -> str | None:
        """The expression, in brackets where the one around it binds closer; None where nothing is left of it."""
        if isinstance(query, Without):
            part = self._text(query.part, within="not")
            return part and f"not {part}"
        if isinstance(query, Close):
            return self._near(query, within)
        words = _alternatives(query)
        if words:
            return self._group(words)
        if isinstance(query, Word):
            return None
        word = "and" if query.every else "or"
        texts = [text for part in _gathered(query) if (text := self._text(part, within=word))]
        text = f" {word} ".join(texts)
        bare = len(texts) < 2 or within in {word, ""}
        return text if bare else f"({text})"

    def _near(self, close: Close, within: str) -> str | None:
        left, right = _alternatives(close.left), _alternatives(close.right)
        kind = "ONEAR" if close.ordered else "NEAR"
        if not (left and right):
            self.lost.append(f"{kind}/{close.words} between more than words: both must be there, anywhere")
        elif close.words > FARTHEST:
            self.lost.append(f"{kind}/{close.words}: both must be there, anywhere")
        else:
            names = [name for name in (self._group(left), self._group(right)) if name]
            word = "before" if close.ordered else "near"
            return f"{word}({', '.join(names)}, words={close.words})" if len(names) == 2 else next(iter(names), None)
        return self._text(Joined((close.left, close.right), every=True), within)

    def _group(self, words: Sequence[Word]) -> str | None:
        terms = [term for word in words for term in self._term(word.text)]
        if not terms:
            return None
        fields = (words[0].field,) if words[0].field else ()
        same = (name for name, group in self.groups.items() if (group.terms, group.fields) == (terms, fields))
        name = next(same, None) or self._name(terms[0], fields)
        self.groups[name] = _Group(list(dict.fromkeys(terms)), fields)
        return name

    def _name(self, term: str, fields: tuple[str, ...]) -> str:
        """A name for a group, made from its first term."""
        stem = re.sub(r"[^\w]+", "-", term.lower()).strip("-_")[:24].strip("-_")
        stem = "-".join([stem, *(f"in-{one}" for one in fields)])
        if not NAME.fullmatch(stem) or stem in RESERVED:
            stem = f"group-{stem}".strip("-")
        return next(
            name
            for name in (stem, *(f"{stem}-{number}" for number in range(2, len(self.groups) + 3)))
            if name not in self.groups
        )

    def _term(self, text: str) -> Iterator[str]:
        try:
            compile_term(text, Manner())
        except BadTerm as error:
            self.lost.append(f"`{text}`: {str(error).removeprefix(f'`{text}`: ')}")
        else:
            yield text


def _alternatives(query: Query) -> list[Word]:
    """The words of which any will do, where that is all there is and they stand in the same fields."""
    parts = query.parts if isinstance(query, Joined) and not query.every else (query,)
    words = [part for part in parts if isinstance(part, Word)]
    places = {word.field for word in words}
    return words if len(words) == len(parts) and len(places) == 1 else []


def _gathered(query: Joined) -> Iterator[Query]:
    """The parts, in an `or` the words of one field as one."""
    if query.every:
        yield from query.parts
        return
    by_place: dict[str | None, list[Query]] = {}
    for part in query.parts:
        if isinstance(part, Word):
            by_place.setdefault(part.field, []).append(part)
    for words in by_place.values():
        yield Joined(tuple(words), every=False) if len(words) > 1 else words[0]
    yield from (part for part in query.parts if not isinstance(part, Word))


def _short_form(when: str, unless: str | None, groups: dict[str, _Group]) -> list[str]:
    """The rule in its short form; empty where it needs the long one."""
    near = re.fullmatch(r"near\(([\w-]+), ([\w-]+), words=(\d+)\)", when)
    names = [near[1], near[2]] if near else when.split(" and ")
    wanted = dict(zip(("any", "and_any"), names, strict=False))
    if unless:
        wanted["unless_any"] = unless
    simple = len(names) <= 2 and all(name in groups and not groups[name].fields for name in wanted.values())
    if not simple or len(set(wanted.values())) < len(wanted):
        return []
    lines = [f"    {key}: {_flow(groups[name].terms)}" for key, name in wanted.items()]
    return [*lines, *([f"    within_words: {near[3]}"] if near else [])]


def _long_form(when: str, unless: str | None, groups: dict[str, _Group]) -> list[str]:
    lines = ["    terms:"]
    for name, group in groups.items():
        lines += [f"      {name}:", f"        any: {_flow(group.terms)}"]
        lines += [f"        in: {_flow(group.fields)}"] if group.fields else []
    lines += [f"    when: {when}"]
    return lines + ([f"    unless: {unless}"] if unless else [])


def _flow(words: Sequence[str]) -> str:
    return f"[{', '.join(map(_yaml, words))}]"


def _yaml(text: str) -> str:
    """A text as YAML that reads back as it is, also within a list in brackets."""
    plain = re.fullmatch(r"[^\W\d_][\w .*?'-]*", text) and text not in {"null", "true", "false"}
    return text if plain and " - " not in text else json.dumps(text, ensure_ascii=False)


def _shortened(query: str) -> str:
    one_line = " ".join(query.split())
    return one_line if len(one_line) <= 100 else f"{one_line[:99]}…"
