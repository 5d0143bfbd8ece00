"""Warnings about rules and lists that can run but may not do what their author means."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from pipelines.desk_files.reading import Data, DeskFile, Fault, Level
from pipelines.rules.loader import RuleSet, in_order
from pipelines.rules.neighbours import languages_missing, twins
from pipelines.rules.patterns import APART
from pipelines.rules.pointless import pointless
from pipelines.rules.rule import CompiledRule
from pipelines.rules.spellings import needless
from pipelines.states import Outcome, RuleStatus
from pipelines.text import beyond_bmp, fold, word_pattern

Loc = tuple[str | int, ...]


def lint(rule_set: RuleSet, today: date) -> tuple[Fault, ...]:
    """Every warning, in the order of files and lines."""
    warnings = [fault for rule in rule_set.rules for fault in _rule_warnings(rule, today)]
    warnings += [fault for rule in rule_set.rules for fault in _needless(rule)]
    for file, loc in _places_of_terms(rule_set):
        warnings += _term_warnings(file, loc)
    return in_order([*warnings, *twins(rule_set), *languages_missing(rule_set)])


def _rule_warnings(rule: CompiledRule, today: date) -> Iterator[Fault]:
    if rule.rule.status is RuleStatus.LIVE and rule.rule.owner is None:
        yield rule.fault("a live rule without `owner`: nobody hears when it breaks", "id", level=Level.WARNING)
    yield from untested(rule)
    used = rule.when.groups() | (rule.unless.groups() if rule.unless else frozenset()) | rule.news
    for name in rule.groups.keys() - used:
        yield rule.fault(f"group `{name}` is used nowhere", "terms", name, level=Level.WARNING, key=True)
    yield from pointless(rule)
    review_by = rule.file.at(*rule.loc, "review_by")
    if isinstance(review_by, str) and review_by < today.isoformat():
        yield rule.fault(f"this rule was to be reviewed by {review_by}", "review_by", level=Level.WARNING)


def untested(rule: CompiledRule) -> Iterator[Fault]:
    """A warning for a live rule that does not show what it is for and what not."""
    if rule.rule.status is not RuleStatus.LIVE:
        return
    steps = {step.expect for sequence in rule.sequences for step in sequence.steps}
    if rule.rule.volume:
        missing = [expect for expect in ("alert", "none") if expect not in steps]
    else:
        expected = {test.expect for test in rule.tests}
        missing = [Outcome.MATCH] if Outcome.MATCH not in expected and steps.isdisjoint({"alert", "held"}) else []
        missing += [Outcome.NO_MATCH] if Outcome.NO_MATCH not in expected and "none" not in steps else []
    if missing:
        without = " and ".join(f"`expect: {outcome}`" for outcome in missing)
        yield rule.fault(f"a live rule without a test with {without}", "id", level=Level.WARNING)


def _needless(rule: CompiledRule) -> Iterator[Fault]:
    """Of the rule's groups, beside what their lists hold: a term that a list's exceptions cancel covers no other."""
    for name, group in rule.groups.items():
        free = [term for term, excepts in group.terms.items() if not excepts]
        named = (*rule.loc, "terms", name)
        manner = rule.file.at(*named)
        if isinstance(manner, dict):
            yield from needless(rule.file, (*named, "any"), free, manner)
            yield from needless(rule.file, (*named, "except"), (), manner)
        else:
            yield from needless(rule.file, (*rule.loc, name), free)


def _places_of_terms(rule_set: RuleSet) -> Iterator[tuple[DeskFile, Loc]]:
    """Every place under which terms are written, in rules that run and in the shared lists."""
    for rule in rule_set.rules:
        for key in ("any", "and_any", "unless_any", "terms"):
            yield rule.file, (*rule.loc, key)
    if rule_set.lists_file:
        yield rule_set.lists_file, ("lists",)


def _term_warnings(file: DeskFile, loc: Loc) -> Iterator[Fault]:
    data = file.at(*loc)
    if isinstance(data, dict):
        for key, part in data.items():
            if key == "term" and not isinstance(part, dict | list):
                yield from _one_term(file, (*loc, key), part, exact=data.get("case") == "exact")
            elif key not in _NO_TERMS:
                yield from _term_warnings(file, (*loc, key))
    elif isinstance(data, list):
        yield from needless(file, loc) if loc[0] == "lists" else ()
        for index, part in enumerate(data):
            if isinstance(part, dict):
                yield from _term_warnings(file, (*loc, index))
            elif loc[-1] != "in":
                yield from _one_term(file, (*loc, index), part, exact=_group_is_exact(file, loc))


_NO_TERMS = {"list", "case", "accents", "in", "weight", "about"}


def _group_is_exact(file: DeskFile, loc: Loc) -> bool:
    group = file.at(*loc[:-1])
    return isinstance(group, dict) and group.get("case") == "exact"


def _one_term(file: DeskFile, loc: Loc, part: Data, *, exact: bool) -> Iterator[Fault]:
    written = getattr(part, "written", part)
    if not isinstance(written, str):
        return
    letters = sum(letter.isalnum() for letter in written)
    unspaced = APART.search(written) is not None
    if letters < 3 and not exact and not unspaced:
        yield file.fault(loc, f"`{written}` is short: give it `case: exact` or more letters", Level.WARNING)
    if unspaced:
        message = f"`{written}`: a script without spaces, found inside longer words too"
        yield file.fault(loc, message, Level.WARNING)
    mark = file.values[loc]
    comment = _HASH.match(file.text, mark.index + len(written)) if mark.style is None else None
    if comment:
        message = f"`{comment[1]}` is a comment and not of the term: if it is meant, put the whole in quotes"
        yield Fault(file.path, mark.line, mark.column + len(written) + 1, message, Level.WARNING)
    for word in word_pattern(beyond_bmp(written)).findall(written):
        scripts = sorted({script for script in map(_script, fold(word)) if script})
        if len(scripts) > 1:
            message = f"`{word}` mixes the scripts {' and '.join(scripts)}: letters that look alike are not the same"
            yield file.fault(loc, message, Level.WARNING)


_HASH = re.compile(r" (#\w+)")
_MIXABLE = {"LATIN": "Latin", "CYRILLIC": "Cyrillic", "GREEK": "Greek", "ARMENIAN": "Armenian", "GEORGIAN": "Georgian"}


def _script(letter: str) -> str | None:
    return _MIXABLE.get(unicodedata.name(letter, "").partition(" ")[0])
