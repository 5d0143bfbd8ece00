"""Rules over articles: Wirewatch beside its peers, in one run, the same matches as one regular expression a term.

usage: python -m benchmarks.rules --data ARTICLES.jsonl.xz
       [--rules 10 100 1000 10000] [--mixed 1000] [--rounds 5] [--articles 100]

ARTICLES holds JSON lines {title, text, lang}. Texts are joined to about 600 words; rules have nine terms (phrases,
words, a wildcard, an `unless`, a third of them a nearness) drawn from other articles of the same file; the last table
is of rules that ask for order, one sentence, what is not there within `when`, and words with a `?`. The contestants
take turns over the same articles, one article after the other where they can; figures are medians of the rounds in CPU
seconds. The slow ones get fewer articles. What the automaton alone takes for the folded bytes is the raw scan. Cold
start is a fresh process that reads the kept rules and judges its first article, without the import of our own modules.
The first three peers work with our evaluation, the others without evidence, nearness or prefixes.
"""

import argparse
import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.rules_naive import Naive
from benchmarks.rules_peers import CONTESTANTS, Ours
from benchmarks.rules_sample import Rates, SampleRule, articles, draw_rules
from pipelines.model import Content
from pipelines.rules.document import Document
from pipelines.rules.kept import KeptRules
from pipelines.rules.loader import compile_rules
from pipelines.rules.rule import CompiledRule
from pipelines.rules.search import TermIndex
from pipelines.rules.sources import read_sources

RATES = (Rates(name="1.6 %", rarest=0.029, commonest=0.077), Rates(name="0.13 %", rarest=0.007, commonest=0.022))
SAMPLE = 1_500
"""Articles that the terms are drawn from."""
NAIVE_BUDGET = 30_000
"""Rules times articles that the naive reference is given a round."""


COLD = """
import time
from pathlib import Path
from pipelines.model import Content
from pipelines.rules.kept import KeptRules
from pipelines.rules.matcher import Matcher
from pipelines.rules.sources import read_sources
begun = time.process_time()
kept = KeptRules(Path("{kept}")).load(read_sources(Path("{desk}")))
Matcher(kept.rules, table=kept.table).judge(Content(title="A title", body="{body}"), None)
print(time.process_time() - begun)
"""


def compiled(rules: Sequence[SampleRule], folder: Path) -> Sequence[CompiledRule]:
    """The rules as Wirewatch reads them from files of a thousand; they are kept beside them."""
    desk = folder / "desk"
    desk.mkdir()
    for start in range(0, len(rules), 1_000):
        text = "version: 1\nrules:\n" + "".join(rule.written() for rule in rules[start : start + 1_000])
        (desk / f"{start:06}.yaml").write_text(text, encoding="utf-8")
    sources = read_sources(desk)
    loaded = compile_rules(sources)
    if loaded.faults:
        raise SystemExit("\n".join(map(str, loaded.faults[:5])))
    KeptRules(folder / "kept").save(sources, loaded)
    return loaded.rules


def cold_start(folder: Path, text: Content, rounds: int) -> float:
    """CPU seconds of a fresh process until it has judged its first article, in the median."""
    code = COLD.format(
        kept=folder / "kept", desk=folder / "desk", body=" ".join(text.body.split()[:50]).replace('"', "")
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True) for _ in range(rounds)]
    return statistics.median(float(run.stdout) for run in runs)


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def raw_scan(rules: Sequence[CompiledRule], texts: Sequence[Content]) -> Callable[[], object]:
    """The automaton alone over the folded bytes of titles and bodies."""
    index = TermIndex(term for rule in rules for group in rule.groups.values() for term in group.terms)
    scans = [index.scan(Document(text)).line for text in texts]

    def scan() -> None:
        for line in scans:
            index.find(line)

    return scan


def run(rules: Sequence[SampleRule], texts: Sequence[Content], rounds: int) -> None:
    """One table: every contestant with these rules."""
    with tempfile.TemporaryDirectory() as folder:
        ready = compiled(rules, Path(folder))
        cold = cold_start(Path(folder), texts[0], rounds)
    contestants = {
        name: make(rules, ready)
        for name, make in CONTESTANTS.items()
        if len(rules) <= make.most_rules and (rules[0].short or issubclass(make, Ours | Naive))
    }
    few = max(2, min(len(texts), NAIVE_BUDGET // len(rules)))
    ours, naive = contestants[Ours.name], contestants[Naive.name]
    assert isinstance(ours, Ours)
    assert isinstance(naive, Naive)
    reference = [naive.evidence(text) for text in texts[:few]]
    matches = sum(len({one[0] for one in ours.evidence(text)}) for text in texts)
    times: dict[str, list[float]] = {name: [] for name in ("raw scan", *contestants)}
    scan = raw_scan(ready, texts)
    for contestant in contestants.values():
        contestant.judge_all(texts[:1])  # what is built for the first article is no article's cost
    gc.collect()
    gc.freeze()  # what the contestants hold: nobody's rounds pay for looking through it
    order = deque(contestants.items())
    for _ in range(rounds):
        times["raw scan"].append(seconds(scan) / len(texts))
        for name, contestant in order:
            part = texts[:few] if contestant.few else texts
            contestant.judge_all(part[:1])  # its tables are in the processor's cache again
            times[name].append(seconds(lambda part=part, one=contestant: one.judge_all(part)) / len(part))
        order.rotate(-1)  # nobody is always the same one's next
    gc.unfreeze()
    kind = "rules" if rules[0].short else "rules that are judged one by one"
    print(f"\n{len(rules):,} {kind}; {100 * matches / len(texts) / len(rules):.2f} % of them match an article")
    print(f"cold start, kept rules to the first judged article: {1e3 * cold:.0f} ms\n")
    print("| contestant | articles/s | x naive | x raw scan | differences | does |\n|---|---|---|---|---|---|")
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name, median in sorted(medians.items(), key=lambda pair: pair[1]):
        one = contestants.get(name)
        wrong = ""
        if isinstance(one, Ours | Naive):
            wrong = str(sum(one.evidence(text) != right for text, right in zip(texts[:few], reference, strict=True)))
        note = one.note if one else "the automaton on folded bytes, nothing else"
        ratios = f"{medians[Naive.name] / median:,.2f} | {medians['raw scan'] / median:.3f}"
        print(f"| {name} | {1 / median:,.0f} | {ratios} | {wrong} | {note} |", flush=True)


def main() -> None:
    """Measure, and print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--rules", type=int, nargs="+", default=[10, 100, 1_000, 10_000])
    arguments.add_argument("--mixed", type=int, default=1_000)
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
    run(draw_rules(sample, options.mixed, RATES[0], mixed=True), texts, options.rounds)


if __name__ == "__main__":
    main()
