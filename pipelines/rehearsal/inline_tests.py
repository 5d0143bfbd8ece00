"""Plays a rule's inline tests: its own invented articles, judged as real ones are."""

from collections.abc import Iterable, Iterator, Mapping

from pipelines.desk_files.reading import Fault
from pipelines.model import Hit, Judgement
from pipelines.rehearsal.sequences import play
from pipelines.rules.loader import RuleSet
from pipelines.rules.matcher import Matcher
from pipelines.rules.rule import ArticleTest, CompiledRule
from pipelines.states import Outcome, RuleStatus


def run_tests(rule_set: RuleSet, beside: Iterable[CompiledRule] = ()) -> tuple[Fault, ...]:
    """A fault at every article test that fails, and at the first step that fails of each sequence; drafts included.

    What a test gives of an article is all there is of it; only where it expects `partial` is more text to come.
    Volumes may count the rules of the set and those `beside` it.
    """
    rules = {rule.rule_id: rule for rule in (*beside, *rule_set.rules)}
    return tuple(
        fault
        for rule in rule_set.rules
        for fault in (*(_failures(rule) if rule.tests else ()), *(play(rule, rules) if rule.sequences else ()))
    )


def _failures(rule: CompiledRule) -> Iterator[Fault]:
    matcher = Matcher([rule], statuses=frozenset(RuleStatus))
    for test in rule.tests:
        judgements = matcher.judge(test.content, test.tags)
        judgement = judgements[0] if judgements else None
        problem = _problem(test, judgement)
        if problem:
            name = f"test {test.name!r}" if test.name else "test"
            yield rule.fault(f"{name} fails: {problem}", "tests", test.number)


def _problem(test: ArticleTest, judgement: Judgement | None) -> str | None:
    outcome = judgement.outcome if judgement else Outcome.NO_MATCH
    found = _texts(judgement.hits if judgement else ())
    if outcome is not test.expect:
        shown = "; ".join(f"{group}: {', '.join(texts)}" for group, texts in found.items())
        why = f" by {judgement.clause}" if judgement else ""
        return f"expected {test.expect}, not {outcome}{why}{f' ({shown})' if shown else ''}"
    for group, texts in test.hits.items():
        if list(texts) != found.get(group, []):
            hits = ", ".join(found.get(group, [])) or "nothing"
            return f"expected `{group}` to hit {', '.join(texts) or 'nothing'}, not {hits}"
    return None


def _texts(hits: tuple[Hit, ...]) -> Mapping[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for hit in hits:
        texts.setdefault(hit.group, []).append(hit.text)
    return texts
