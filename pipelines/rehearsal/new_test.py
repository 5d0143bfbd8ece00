"""An article written into the file of a rule, as an inline test of it."""

from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.delivery.wording import clean, cut
from pipelines.desk_files.insertion import insert_item
from pipelines.desk_files.reading import Data
from pipelines.model import Content
from pipelines.rules.explain import Explainer
from pipelines.rules.rule import CompiledRule
from pipelines.states import Field, Outcome, TextSource


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTest:
    """Where the test stands, and what the rule says of it now."""

    path: Path
    line: int
    says: Outcome


def write_test(rule: CompiledRule, content: Content, expect: str, name: str | None = None) -> NewTest:
    """Add a test that `content` is a `match` or `no_match`, named by its headline else; raises DeskFileError."""
    short, says = _shortest(rule, content)
    line = insert_item(rule.file.path, (*rule.loc, "tests"), _item(short, expect, name))
    return NewTest(path=rule.file.path, line=line, says=says)


def _shortest(rule: CompiledRule, content: Content) -> tuple[Content, Outcome]:
    """The article with no more text than the rule's answer needs, and that answer."""
    explainer = Explainer(rule)
    whole = replace(content, body=content.searched_body, passages=(), text_source=TextSource.PAGE)
    says = explainer.explain(whole, None).outcome
    found = [one for hits in explainer.article(whole).hits.values() for one in hits.found]
    starts = {one.document.words[one.field].starts[one.first] for one in found if list(Field)[one.field] is Field.BODY}
    kept, at = [], 0
    for line in whole.body.split("\n"):
        if any(at <= start < at + len(line) for start in starts):
            kept.append(line.strip())
        at += len(line) + 1
    short = replace(whole, body="\n".join(kept))
    return (short if explainer.explain(short, None).outcome is says else whole), says


def _item(content: Content, expect: str, name: str | None) -> dict[str, Data]:
    words: dict[str, Data] = {"title": clean(content.title), "lead": content.lead, "body": content.body}
    article: dict[str, Data] = {key: value for key, value in words.items() if value}
    if content.language:
        article["lang"] = content.language
    if content.about.source:
        article["source"] = content.about.source
    return {"name": name or cut(clean(content.title), 60) or "untitled", "article": article, "expect": expect}
