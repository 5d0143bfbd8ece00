"""Pages that are looked at again: planned with their first match, done when the schedule ends."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from pipelines.model import Content
from pipelines.protocols import Response
from pipelines.states import ArticleId, Field
from pipelines.visits import Change, Visit
from storage.articles import keep_text, load_pages, revision_row
from storage.database import Database
from storage.lookups import rows_in
from storage.page_copies import keep_page, kept_pages
from storage.records import content_of, named
from storage.tables import IS_MATCH, VISIT_WAITS, articles, matches, revisions, visits
from storage.tables import changes as changes_table
from storage.types import clean_key

FIRST = timedelta(minutes=30)
"""Until a matched page is looked at for the first time; the later times are decided by the step."""
_AROUND = 80  # characters on either side of a term: what the desk was shown of it


class SqlVisits:
    """The VisitStore of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, now: datetime, limit: int) -> Sequence[Visit]:
        """See VisitStore."""
        with self._database.reading() as connection:
            query = select(visits).where(VISIT_WAITS, visits.c.due_at <= now).order_by(visits.c.due_at).limit(limit)
            rows = {row.article_id: row for row in connection.execute(query)}
            texts = _texts(connection, rows)
            quoted = _quoted(connection, texts)
            pages = {page.article.article_id: page for page in load_pages(connection, dict.fromkeys(rows, 0))}
        return [
            Visit(page=pages[one], known=texts[one], quoted=quoted.get(one, ()), gone=row.gone)
            for one, row in rows.items()
            if one in texts and one in pages
        ]

    def done(
        self,
        visit: Visit,
        now: datetime,
        *,
        text: Content | None,
        share: float | None,
        changes: Sequence[Change],
        gone: int,
        again: datetime | None,
        answer: Response | None = None,
    ) -> None:
        """See VisitStore."""
        article_id = visit.page.article.article_id
        with self._database.writing(exclusive="visits") as connection:
            if text is not None and not _known(connection, article_id, text):
                keep_text(connection, revision_row(article_id, text, now) | {"share_changed": share})
                if answer is not None:
                    keep_page(connection, article_id, answer, now)
            for change in changes:
                _save_change(connection, article_id, change, now)
            this = visits.c.article_id == article_id
            connection.execute(visits.update().where(this).values(due_at=again, gone=gone))

    def copies(self, visits: Sequence[Visit]) -> Mapping[ArticleId, Response]:
        """See VisitStore."""
        with self._database.reading() as connection:
            return kept_pages(connection, [visit.page.article.article_id for visit in visits])


def plan_visits(connection: Connection, article_ids: Iterable[ArticleId], now: datetime) -> None:
    """Have the pages of articles that matched looked at again; those that are planned stay as they are."""
    unplanned = ~select(visits.c.article_id).where(visits.c.article_id == articles.c.article_id).exists()
    query = select(articles.c.article_id).where(articles.c.link != "", articles.c.backlog.is_(False), unplanned)
    wanted = rows_in(connection, query, articles.c.article_id, article_ids)
    new = [{"article_id": row.article_id, "due_at": now + FIRST, "gone": 0} for row in wanted]
    if new:
        connection.execute(visits.insert(), new)


def _texts(connection: Connection, article_ids: Collection[ArticleId]) -> dict[ArticleId, Content]:
    """The newest text of each article."""
    query = named(select(revisions)).order_by(revisions.c.revision_id)
    return {
        row.revisions_article_id: content_of(row)
        for row in rows_in(connection, query, revisions.c.article_id, article_ids)
    }


def _quoted(connection: Connection, texts: Mapping[ArticleId, Content]) -> dict[ArticleId, tuple[str, ...]]:
    """The sentences in which matches with the newest text found their terms."""
    query = select(matches.c.article_id, matches.c.text_hash, matches.c.hits).where(IS_MATCH)
    found: dict[ArticleId, dict[str, None]] = {}
    for row in rows_in(connection, query, matches.c.article_id, texts):
        content = texts[row.article_id]
        if row.text_hash == content.text_hash:
            for _, field, start, end, _ in row.hits:
                if field == Field.BODY:
                    found.setdefault(row.article_id, {})[_sentence(content.body, start, end)] = None
    return {article_id: tuple(sentences) for article_id, sentences in found.items()}


def _sentence(body: str, start: int, end: int) -> str:
    """The words around a term, within its paragraph."""
    first = max(body.rfind("\n", 0, start), body.rfind(". ", 0, start) + 1, start - _AROUND, 0)
    ends = [place for place in (body.find("\n", end), body.find(". ", end), end + _AROUND) if place >= 0]
    return " ".join(body[first : min(ends)].split(" ")[1 if first == start - _AROUND else 0 :]).strip()


def _known(connection: Connection, article_id: ArticleId, text: Content) -> bool:
    same = (revisions.c.article_id == article_id) & (revisions.c.text_hash == text.text_hash)
    return connection.scalar(select(revisions.c.revision_id).where(same)) is not None


def _save_change(connection: Connection, article_id: ArticleId, change: Change, now: datetime) -> None:
    reason = clean_key(change.reason)
    same = (changes_table.c.article_id == article_id) & (changes_table.c.reason == reason)
    if connection.scalar(select(changes_table.c.change_id).where(same, changes_table.c.kind == change.kind)) is None:
        row = {"article_id": article_id, "kind": change.kind, "reason": reason, "seen_at": now}
        connection.execute(changes_table.insert().values(row))
