"""`wirewatch rules near-misses` and `rules forms`: what a rule all but matched, and what its terms catch."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.here import here
from pipelines.cli.output import echo_json, echo_table, progress
from pipelines.cli.rules_explain import find_rule
from pipelines.delivery.wording import clean, cut, number

if TYPE_CHECKING:
    from pipelines.rehearsal.archive import Archived
    from pipelines.rehearsal.near_misses import NearMiss

FORMS_SHOWN = 12
days_option = click.option(
    "--days", type=click.FloatRange(0.01, 3_650), default=14, show_default=True, help="How far back."
)
rules_option = click.option(
    "--rules", "path", type=click.Path(path_type=Path), help="Where the rule is.  [default: the desk's]"
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


@click.command("near-misses")
@click.argument("rule")
@days_option
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="How many are shown.")
@rules_option
@json_option
def near_misses(rule: str, days: float, limit: int, path: Path | None, *, as_json: bool) -> None:
    """Stored articles one part short of a match by RULE.

    The nearest come first.

    \b
    Example: wirewatch rules near-misses lachin-peacekeepers --days 3
    """
    from pipelines.rehearsal.near_misses import NearMisses

    found = NearMisses(find_rule(path or here().desk, rule), limit)
    looked = each_text(days, found.take)
    nearest = found.nearest()
    if as_json:
        echo_json({"rule_id": rule, "articles": looked, "number": found.number, "near_misses": _facts(nearest)})
        return
    click.echo(f"{rule}: {number(found.number, 'near miss')} in {number(looked, 'article')} of the last {days:g} days")
    columns = ("article", "published", "outlet", "headline", "short of")
    echo_table(columns, [_cells(near) for near in nearest])


@click.command()
@click.argument("rule")
@days_option
@rules_option
@json_option
def forms(rule: str, days: float, path: Path | None, *, as_json: bool) -> None:
    """Every form that each term of RULE catches in stored articles.

    Each with how often, and the terms that never hit too.

    \b
    Example: wirewatch rules forms lachin-peacekeepers
    """
    from pipelines.rehearsal.near_misses import Forms

    counted = Forms(find_rule(path or here().desk, rule))
    looked = each_text(days, counted.take)
    rows = [
        {"group": group, "term": term, "mentions": caught.total(), "forms": dict(caught.most_common())}
        for (group, term), caught in counted.found().items()
    ]
    if as_json:
        echo_json({"rule_id": rule, "articles": looked, "terms": rows})
        return
    click.echo(f"{rule}: {number(looked, 'article')} of the last {days:g} days")
    shown = ((one["group"], one["term"], one["mentions"] or "never", _listed(one["forms"])) for one in rows)
    echo_table(("group", "term", "mentions", "forms"), shown)


def each_text(days: float, take: "Callable[[Sequence[Archived]], None]") -> int:
    """Hand over the stored texts of the last days, with a bar on a terminal; returns how many there were."""
    from storage.store import open_store

    since, looked = datetime.now(UTC) - timedelta(days=days), 0
    with closing(open_store(here().database_url)) as store, progress("articles", store.archive.count(since)) as advance:
        for texts in store.archive.texts(since):
            take(texts)
            looked += len(texts)
            advance(len(texts))
    return looked


def _cells(near: "NearMiss") -> tuple[object, ...]:
    revision = near.archived.revision
    article, title = revision.article, cut(clean(revision.content.title), 80)
    return article.article_id, revision.published_at, cut(clean(article.outlet.title), 30), title, near.what


def _facts(nearest: "Iterable[NearMiss]") -> list[dict[str, object]]:
    return [
        {
            "article_id": near.archived.revision.article.article_id,
            "title": near.archived.revision.content.title,
            "outlet": near.archived.revision.article.outlet.title,
            "url": near.archived.revision.article.link,
            "clause": near.clause,
            "what": near.what,
            "distance": round(near.distance, 4),
        }
        for near in nearest
    ]


def _listed(found: object) -> str:
    forms = list(found.items()) if isinstance(found, dict) else []
    shown = ", ".join(f"{clean(form)} {count}" for form, count in forms[:FORMS_SHOWN])
    return shown + (f", and {len(forms) - FORMS_SHOWN} more" if len(forms) > FORMS_SHOWN else "")
