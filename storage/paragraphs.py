"""What an outlet prints again and again: counted with each new text, marked whenever a text is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection, select

from pipelines.model import Content
from pipelines.passages import Passage
from pipelines.repeats import Repeat, is_reprint, marked, paragraph_key, paragraphs_of
from pipelines.states import ArticleId, OutletId
from storage.lookups import rows_in
from storage.page_tables import paragraphs
from storage.tables import revisions


def count_paragraphs(
    connection: Connection, outlet: OutletId, article_id: ArticleId, content: Content, now: datetime
) -> None:
    """Count what the article prints for the first time; what the outlet printed whole before, under another address,
    counts for nothing. To be called before its revision is stored."""
    earlier = connection.scalars(select(revisions.c.body).where(revisions.c.article_id == article_id))
    known = {line for body in earlier for line in paragraphs_of(body)}
    lines = paragraphs_of(content.body)
    keys = {paragraph_key(outlet, line): line for line in lines if line not in known}
    query = select(paragraphs)
    rows = {row.paragraph: row for row in rows_in(connection, query, paragraphs.c.paragraph, keys)}
    fresh = [line for key, line in keys.items() if key not in rows or rows[key].days == 1]
    if is_reprint(fresh, [paragraph_key(outlet, line) in rows for line in fresh]):
        return
    day = (content.published.utc if content.published else now).toordinal()
    new = [{"paragraph": key, "times": 1, "days": 1, "last_day": day} for key in keys if key not in rows]
    if new:
        connection.execute(paragraphs.insert(), new)
    for key, row in rows.items():
        connection.execute(
            paragraphs.update()
            .where(paragraphs.c.paragraph == key)
            .values(times=row.times + 1, days=row.days + (day != row.last_day), last_day=max(day, row.last_day))
        )


def with_marks(connection: Connection, contents: Sequence[tuple[OutletId, Content]]) -> list[Content]:
    """The contents, in order, with what their outlets repeat marked beside what was marked already."""
    keys = [_keys(outlet, content) for outlet, content in contents]
    query = select(paragraphs).where(paragraphs.c.days > 1)
    found = {
        row.paragraph: Repeat(times=row.times, days=row.days)
        for row in rows_in(connection, query, paragraphs.c.paragraph, chain.from_iterable(map(dict.values, keys)))
    }
    return [_with_marks(content, some, found) for (_, content), some in zip(contents, keys, strict=True)]


def forget_paragraphs(connection: Connection, before: datetime) -> int:
    """Drop what has not returned since then: most never do; how many."""
    return connection.execute(paragraphs.delete().where(paragraphs.c.last_day < before.toordinal())).rowcount


def _keys(outlet: OutletId, content: Content) -> dict[str, int]:
    return {line: paragraph_key(outlet, line) for line in paragraphs_of(content.body)}


def _with_marks(content: Content, keys: Mapping[str, int], found: Mapping[int, Repeat]) -> Content:
    if found.keys().isdisjoint(keys.values()):
        return content
    repeats = {line: found[key] for line, key in keys.items() if key in found}
    return replace(content, passages=_in_order([*content.passages, *marked(content.body, repeats)]))


def _in_order(passages: Iterable[Passage]) -> tuple[Passage, ...]:
    return tuple(sorted(passages, key=lambda one: (one.start, one.end)))
