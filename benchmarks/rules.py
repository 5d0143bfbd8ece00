"""Rules over articles: Wirewatch beside its peers, in one run, the same matches as one regular expression a term.

usage: python -m benchmarks.rules --data ARTICLES.jsonl.xz [--rules 10 100 1000 10000] [--rounds 5] [--articles 100]

ARTICLES holds JSON lines {title, text, lang}. Texts are joined to about 600 words; rules have nine terms (phrases,
words, a wildcard, an `unless`, a third of them a nearness) drawn from other articles of the same file. The contestants
take turns over the same articles; figures are medians of the rounds in CPU seconds. The slow ones get fewer articles.
What the automaton alone takes for the folded bytes is the raw scan.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.rules_peers import CONTESTANTS, Naive, Ours, Re2Set
from benchmarks.rules_sample import Rates, SampleRule, articles, draw_rules
from pipelines.model import Content
from pipelines.rules.document import Document
from pipelines.rules.loader import load_rules
from pipelines.rules.rule import CompiledRule
from pipelines.rules.search import TermIndex

RATES = (Rates(name="1.6 %", rarest=0.026, commonest=0.075), Rates(name="0.13 %", rarest=0.007, commonest=0.024))
SAMPLE = 1_500
"""Articles that the terms are drawn from."""
NAIVE_BUDGET = 60_000
"""Rules times articles that the naive reference is given a round."""


def compiled(rules: Sequence[SampleRule]) -> tuple[CompiledRule, ...]:
    """The rules as Wirewatch reads them from files of a thousand."""
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(rules), 1_000):
            text = "version: 1\nrules:\n" + "".join(rule.written() for rule in rules[start : start + 1_000])
            (Path(folder) / f"{start:06}.yaml").write_text(text, encoding="utf-8")
        loaded = load_rules(Path(folder))
    if loaded.faults:
        raise SystemExit("\n".join(map(str, loaded.faults[:5])))
    return loaded.rules


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def raw_scan(rules: Sequence[CompiledRule], texts: Sequence[Content]) -> Callable[[], object]:
    """The automaton alone over the folded bytes of titles and bodies."""
    index = TermIndex(term for rule in rules for group in rule.groups.values() for term in group.terms)
    lines = [b"".join(words.line for words in Document(text).words) for text in texts]
    return lambda: [index.find(line) for line in lines]


def run(rules: Sequence[SampleRule], texts: Sequence[Content], rounds: int) -> None:
    """One table: every contestant with these rules."""
    ready = compiled(rules)
    contestants = {name: make(rules, ready) for name, make in CONTESTANTS.items() if len(rules) <= make.most_rules}
    few = max(2, min(len(texts), NAIVE_BUDGET // len(rules)))
    reference = contestants[Naive.name].judge_all(texts[:few])
    rate = sum(len({one[0] for one in found}) for found in contestants[Ours.name].judge_all(texts))
    times: dict[str, list[float]] = {name: [] for name in ("raw scan", *contestants)}
    scan = raw_scan(ready, texts)
    for _ in range(rounds):
        times["raw scan"].append(seconds(scan) / len(texts))
        for name, contestant in contestants.items():
            part = texts[:few] if isinstance(contestant, Naive | Re2Set) else texts
            times[name].append(seconds(lambda part=part, one=contestant: one.judge_all(part)) / len(part))
    print(f"\n{len(rules):,} rules; {100 * rate / len(texts) / len(rules):.2f} % of them match an article\n")
    print("| contestant | articles/s | x naive | x raw scan | differences | does |\n|---|---|---|---|---|---|")
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name, median in sorted(medians.items(), key=lambda pair: pair[1]):
        one = contestants.get(name)
        differences = "" if one is None or not one.exact else str(differing(one.judge_all(texts[:few]), reference))
        note = one.note if one else "the automaton on folded bytes, nothing else"
        ratios = f"{medians[Naive.name] / median:,.2f} | {medians['raw scan'] / median:.3f}"
        print(f"| {name} | {1 / median:,.0f} | {ratios} | {differences} | {note} |", flush=True)


def differing(found: Sequence[set[tuple[str, str, str, int, int]]], reference: Sequence[object]) -> int:
    """Articles of which not every rule, group and offset is the reference's."""
    return sum(one != other for one, other in zip(found, reference, strict=True))


def main() -> None:
    """Measure, and print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--rules", type=int, nargs="+", default=[10, 100, 1_000, 10_000])
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--articles", type=int, default=100)
    options = arguments.parse_args()
    everything = articles(options.data, SAMPLE + options.articles)
    sample, texts = everything[:SAMPLE], everything[SAMPLE:]
    print(
        f"{len(texts)} articles, {statistics.median(len(text.body.split()) for text in texts):.0f} words in the median"
    )
    for rates in RATES:
        for number in options.rules:
            run(draw_rules(sample, number, rates), texts, options.rounds)


if __name__ == "__main__":
    main()
