"""The language of rules, one line a case: a rule, a text, what it hits.

A line of `tests/data/rules/conformance/*.txt` is `rule | text | hits`. The rule is in YAML's flow style, in double
quotes where that reads better. The text is the body, `title // body` or `title // lead // body`; before it may stand
`@headline` (the rest is still to come), `@ru` (its language), `#news` (a tag of its feed; `#` alone: it has none). The
hits are in reading order, `-` is no match, and `partial:` says that more text may decide. `\\n` and `\\u....` are
characters.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipelines.model import Content
from pipelines.rules.matcher import Matcher
from pipelines.rules.rule import CompiledRule
from pipelines.states import Outcome, TextSource
from tests.unit.rules.authoring import load

TABLES = Path(__file__).parents[2] / "data" / "rules" / "conformance"
CASES = [
    pytest.param(*line.split(" | "), id=f"{table.stem}-{number}")
    for table in sorted(TABLES.glob("*.txt"))
    for number, line in enumerate(table.read_text(encoding="utf-8").splitlines(), 1)
    if line and not line.startswith("# ")
]
MARKED = re.compile(r"\A(?:[@#]\w* )+")
ESCAPED = re.compile(r"\\n|\\u([0-9a-f]{4})")


def unescape(text: str) -> str:
    """The text with the characters that its escapes stand for."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else "\n", text)


def unquoted(rule: str) -> str:
    """The rule without the quotes around it."""
    return rule[1:-1] if rule.startswith('"') else rule


def read(text: str) -> tuple[Content, frozenset[str] | None]:
    """The article and the tags of its feed."""
    marks = MARKED.match(text)
    words = marks[0].split() if marks else []
    *before, body = unescape(MARKED.sub("", text)).split(" // ")
    title, lead = (*before, "", "")[:2]
    complete = "@headline" not in words
    content = Content(
        title=title if complete else body,
        lead=lead,
        body=body if complete else "",
        language=next((word[1:] for word in words if re.fullmatch("@[a-z]{2}", word)), None),
        text_source=TextSource.PAGE if complete else TextSource.HEADLINE,
    )
    tags = [word[1:] for word in words if word.startswith("#")]
    return content, frozenset(filter(None, tags)) if tags else None


def test_the_table_is_a_table() -> None:
    assert len(CASES) >= 400
    rows = [(str(case.values[0]), str(case.values[1])) for case in CASES]
    assert len(set(rows)) == len(rows)
    misses = sum(str(case.values[2]) == "-" for case in CASES)
    assert misses >= len(CASES) // 5


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, CompiledRule]:
    """Every rule of the tables by its row, loaded as one file."""
    lines = [f"  - {{id: {case.id}, {unquoted(str(case.values[0]))}}}" for case in CASES]
    loaded = load(tmp_path_factory.mktemp("conformance"), "version: 1\nrules:\n" + "\n".join(lines))
    assert [str(fault) for fault in loaded.faults] == []
    return {rule.rule_id: rule for rule in loaded.rules}


@pytest.mark.parametrize(("rule", "text", "expected"), CASES)
def test_conforms(
    rules: Mapping[str, CompiledRule], request: pytest.FixtureRequest, rule: str, text: str, expected: str
) -> None:
    content, tags = read(text)
    judgements = Matcher([rules[request.node.callspec.id]]).judge(content, tags)
    if not judgements:
        assert expected == "-"
        return
    assert "; ".join(hit.text for hit in judgements[0].hits) == unescape(expected.removeprefix("partial: "))
    assert (judgements[0].outcome is Outcome.PARTIAL) == expected.startswith("partial: ")
    assert all(getattr(content, hit.field)[hit.start : hit.end] == hit.text for hit in judgements[0].hits)


def test_all_rules_at_once_say_what_each_says_alone(rules: Mapping[str, CompiledRule]) -> None:
    together = Matcher(rules.values())
    alone = {rule_id: Matcher([rule]) for rule_id, rule in rules.items()}
    for case in CASES[::9]:
        content, tags = read(str(case.values[1]))
        expected = [judgement for matcher in alone.values() for judgement in matcher.judge(content, tags)]
        assert list(together.judge(content, tags)) == expected
