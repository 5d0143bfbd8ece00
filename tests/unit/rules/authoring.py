"""Rules for tests, written as a desk writes them."""

from pathlib import Path

from pipelines.model import Content, Judgement
from pipelines.rules.loader import RuleSet, load_rules
from pipelines.rules.matcher import Matcher
from pipelines.states import TextSource

LISTS = """version: 1
lists:
  places.lachin:
    about: Town and corridor
    any: {en: [Lachin, Berdzor], ru: [лачин*, бердзор*], hy: [Լաչին*, Բերձոր*], az: [laçın*], tr: [laçin*]}
    except: [Lachin Aliyev, лачин* алиев*]
  places.all: {any: [{list: places.lachin}, Yerevan]}
"""


def load(folder: Path, rules: str, lists: str = LISTS) -> RuleSet:
    """The rule set of a folder with one rule file and lists.yaml."""
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    (folder / "lists.yaml").write_text(lists, encoding="utf-8")
    return load_rules(folder)


def load_one(folder: Path, body: str) -> RuleSet:
    """The rule set of one rule `r`; `body` is the rest of it in flow style, such as `any: [x], and_any: [y]`."""
    rule_set = load(folder, f"version: 1\nrules:\n  - {{id: r, {body}}}\n")
    assert rule_set.faults == (), [str(fault) for fault in rule_set.faults]
    return rule_set


def judge(rule_set: RuleSet, content: Content, tags: frozenset[str] | None = None) -> Judgement | None:
    """What the only rule says; None is no match."""
    judgements = Matcher(rule_set.rules).judge(content, tags)
    assert len(judgements) <= 1
    return judgements[0] if judgements else None


def headline(title: str, lead: str = "") -> Content:
    """An article of which the text is still to come."""
    return Content(title=title, lead=lead, text_source=TextSource.HEADLINE)
