"""The index of words: which texts have which, in FTS5 on SQLite and as a tsvector with GIN on PostgreSQL.

Both are given the folded words of a text, each once, and keep no second copy of it and no places: `pipelines.search`
tells phrases by the text itself. It is written in the transaction of the text. FTS5 forgets a text only where it is
told the very words it was given: call `forget_texts` before a text is deleted or emptied.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from pipelines.search.sought import LONGEST_WORD
from pipelines.states import RevisionId
from pipelines.text import words
from storage.lookups import among
from storage.tables import revisions
from storage.types import RowKey, clean

LARGEST = 900_000
"""Bytes of a text's words, each counted once: PostgreSQL's tsvector ends at 1 MiB. No real text comes near."""

search_words = Table(
    "search_words", MetaData(), Column("revision_id", RowKey, primary_key=True), Column("words", TSVECTOR)
)
"""As PostgreSQL has it; SQLite's virtual table has `rowid` in place of the key."""

_ADD = {
    "sqlite": "INSERT INTO search_words (rowid, words) VALUES (:id, :words)",
    "postgresql": "INSERT INTO search_words (revision_id, words) "
    "VALUES (:id, array_to_tsvector(string_to_array(:words, ' ')))",
}
_FORGET = {
    "sqlite": "INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', :id, :words)",
    "postgresql": "DELETE FROM search_words WHERE revision_id = :id",
}


def words_of(title: str, lead: str, body: str) -> str:
    """The words of a text as the index gets them: folded, each once, sorted, with a blank between."""
    found: set[str] = set()
    for part in (title, lead, body):
        found.update(words(part).line.decode("utf-8", "replace").split(" "))
    found.discard("")
    listed = sorted({word[:LONGEST_WORD] for word in found})
    line = " ".join(listed).encode()
    return line[:LARGEST].decode("utf-8", "ignore").rpartition(" ")[0] if len(line) > LARGEST else line.decode()


def index_texts(connection: Connection, texts: Iterable[tuple[RevisionId, str, str, str]]) -> None:
    """Take up new texts: id, title, lead and body each."""
    _run(connection, _ADD, [{"id": one, "words": words_of(*map(clean, parts))} for one, *parts in texts])


def forget_texts(connection: Connection, revision_ids: Collection[int]) -> None:
    """Take texts out again, while they are still stored as they were taken up."""
    columns = (revisions.c.revision_id, revisions.c.title, revisions.c.lead, revisions.c.body)
    rows = connection.execute(revisions.select().with_only_columns(*columns).where(_among(connection, revision_ids)))
    _run(connection, _FORGET, [{"id": one, "words": words_of(*parts)} for one, *parts in rows])


def give_room(connection: Connection) -> None:
    """Let FTS5 join some of its parts: what was forgotten is until then one entry more, not one less."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO search_words (search_words, rank) VALUES ('merge', 200)"))


def _among(connection: Connection, revision_ids: Collection[int]) -> Any:
    return among(connection, revisions.c.revision_id, revision_ids)


def _run(connection: Connection, statements: dict[str, str], rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(text(statements[connection.dialect.name]), rows)
