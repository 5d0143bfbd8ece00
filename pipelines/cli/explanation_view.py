"""An explanation on a terminal, in a pipe, and as JSON."""

from collections.abc import Iterator

import click

from pipelines.cli.article import Named
from pipelines.delivery.languages import language_name
from pipelines.delivery.wording import clean, cut
from pipelines.model import Rule
from pipelines.rules.explain import Explanation, GroupShown, Shown, reasons
from pipelines.states import Outcome

HITS_SHOWN = 5
_WORDS = {Outcome.MATCH: ("match", "green"), Outcome.PARTIAL: ("not yet: more text may decide", "yellow")}


def show(rule: Rule, article: Named, explanation: Explanation) -> None:
    """The answer, its reason, then each group with its hits in their sentences."""
    word, colour = _WORDS.get(explanation.outcome, ("no match", "red"))
    click.echo(f"{click.style(rule.rule_id, bold=True)}: {click.style(word, fg=colour)} · {heading(article)}")
    for line in reasons(rule, explanation):
        click.echo(f"  {line}")
    width = max((len(group.name) for group in explanation.groups), default=0)
    for group in explanation.groups:
        click.echo()
        for number, line in enumerate(_lines(group)):
            click.echo(f"  {'' if number else group.name:<{width}}  {line}")


def heading(article: Named) -> str:
    """Headline, outlet, language, day."""
    content = article.content
    language = language_name(content.language) if content.language else "language not known"
    day = f"{article.at:%d %b %Y}" if article.at else ""
    title = cut(clean(content.title), 120) or "untitled"
    return " · ".join(part for part in (title, clean(article.outlet), language, day) if part)


def facts(rule: Rule, article: Named, explanation: Explanation) -> dict[str, object]:
    """The whole as JSON."""
    return {
        "rule_id": rule.rule_id,
        "status": rule.status,
        "title": article.content.title,
        "url": article.link or None,
        "outcome": explanation.outcome,
        "clause": explanation.clause or None,
        "ways": [way.text for way in explanation.ways],
        "short": [
            {"clause": one.clause.text, "what": one.what, "distance": round(one.distance, 4)}
            for one in explanation.shorts
        ],
        "gates": list(explanation.gates),
        "groups": {
            group.name: {
                "weight": group.weight,
                "hits": [_hit(one) for one in group.hits],
                "left_out": [_hit(one) | {"why": one.left_out} for one in group.left_out],
                "nearest": group.nearest or None,
            }
            for group in explanation.groups
        },
    }


def _lines(group: GroupShown) -> Iterator[str]:
    for one in group.hits[:HITS_SHOWN]:
        yield f"{one.term} in the {one.field}: {_sentence(one)}"
    if len(group.hits) > HITS_SHOWN:
        yield f"and {len(group.hits) - HITS_SHOWN} more"
    if not group.hits:
        yield f"no hit; nearest word: {clean(group.nearest)}" if group.nearest else "no hit"
    for one in group.left_out[:HITS_SHOWN]:
        yield f"left out, {one.left_out}: {_sentence(one)}"


def _sentence(one: Shown) -> str:
    before, text, after = (clean(part) for part in (one.before, one.text, one.after))
    return f"{before}{click.style(f'*{text}*', bold=True)}{after}"


def _hit(one: Shown) -> dict[str, object]:
    return {"term": one.term, "field": one.field, "before": one.before, "text": one.text, "after": one.after}
