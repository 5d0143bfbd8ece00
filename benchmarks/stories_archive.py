"""Archives for `stories.py`: real texts, derived ones, and grouped articles put into a database without grouping them.

Texts are those of neardup/dev and of stream, in their order; past their number they are derived: each word is exchanged
for another one of the same texts, so that lengths and frequencies stay and no two share a text. Of an archive's older
articles only what an index sees is needed: their fingerprints and terms are those of real texts, changed by a number of
each derived copy as its words would change them.
"""

import gzip
import json
import lzma
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from pipelines.dedup.fingerprint import fingerprint
from pipelines.dedup.relations import described
from pipelines.model import Content
from pipelines.states import TextSource
from storage.database import Database
from storage.event_profiles import packed
from storage.feed_tables import outlets
from storage.packing import pack_text
from storage.tables import UNMATCHED, articles, revisions
from storage.weeks import week_and_second

START = datetime(2026, 3, 1, tzinfo=UTC)
SPAN = timedelta(days=28)
"""In which an archive's articles come, so that the window of 7 days holds a quarter of them."""
KNOWN = 10_000
"""Real texts whose fingerprints and terms an archive is made of."""
CHUNK = 20_000
Text = tuple[str, str, str]


def texts(data: Path) -> Iterator[Text]:
    """Title, text and language: the real ones, then derived ones without end."""
    rows: list[Text] = []
    with gzip.open(data / "neardup" / "dev" / "documents.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows += [(row["title"] or "", row["text"], row["lang"]) for row in map(json.loads, stream)]
    yield from rows
    with lzma.open(data / "stream" / "stream.jsonl.xz", "rt", encoding="utf-8") as stream:
        for row in map(json.loads, stream):
            rows.append((row["title"] or "", row["text"], row["lang"]))
            yield rows[-1]
    words = sorted({word for _, body, _ in rows for word in re.findall(r"\w+", body)})
    for turn in range(1, 1_000):
        exchanged = dict(zip(words, random.Random(turn).sample(words, len(words)), strict=True))
        for title, body, language in rows:
            yield _exchanged(title, exchanged), _exchanged(body, exchanged), language


def with_reprints(some: Iterable[Text]) -> Iterator[Text]:
    """Every fourth text is the one three before it, under another headline and with its last third cut."""
    kept: list[Text] = []
    for place, one in enumerate(some):
        kept = [*kept, one][-4:]
        if place % 4 == 3:
            _, body, language = kept[0]
            yield one[0], body[: len(body) * 2 // 3], language
        else:
            yield one


def _exchanged(told: str, words: Mapping[str, str]) -> str:
    return re.sub(r"\w+", lambda one: words.get(one[0], one[0]), told)


def put(database: Database, some: Sequence[Text], first: int, number: int) -> None:
    """Articles with their texts that wait to be grouped, as extraction leaves them; `number` come in the span."""
    with database.writing() as connection:
        connection.execute(revisions.update().where(UNMATCHED).values(matched_at=START))  # as the next step leaves them
        if first == 0:
            _outlet(connection)
        seen = [START + SPAN * (place / number) for place in range(first, first + len(some))]
        connection.execute(articles.insert(), [_article(place, at) for place, at in enumerate(seen, first)])
        rows = [_revision(place, one, at) for place, (one, at) in enumerate(zip(some, seen, strict=True), first)]
        connection.execute(revisions.insert(), rows)


@dataclass(frozen=True, slots=True)
class _Known:
    """What an index has of a text."""

    text: Text
    body: bytes
    hashes: tuple[int, ...]
    terms: tuple[int, ...]
    profile: bytes


def fill(database: Database, some: Iterable[Text], size: int, number: int) -> None:
    """An archive of `size` articles, each a story of its own, of `number` that come in the span."""
    known = [_known(one) for one in islice(some, min(size, KNOWN))]
    with database.writing() as connection:
        _outlet(connection)
    for first in range(0, size, CHUNK):
        places = range(first, min(size, first + CHUNK))
        with database.writing() as connection:
            _fill(connection, [(place, known[place % len(known)], place // len(known)) for place in places], number)
            if not database.sqlite:
                query = "SELECT setval(pg_get_serial_sequence('stories', 'story_id'), :last)"
                connection.execute(text(query), {"last": places[-1] + 1})


def _known(one: Text) -> _Known:
    content = Content(title=one[0], body=one[1], language=one[2])
    profile = described(content, START)
    return _Known(one, pack_text(one[1]), fingerprint(content), tuple(profile.weights), packed(profile))


def _fill(connection: Connection, chunk: Sequence[tuple[int, _Known, int]], number: int) -> None:
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _COLUMNS}
    for place, known, copy in chunk:
        at, one = START + SPAN * (place / number), place + 1
        when = at.strftime("%Y-%m-%d %H:%M:%S.%f") if connection.dialect.name == "sqlite" else at
        (week, second), (title, _, language) = week_and_second(at), known.text
        change = random.Random(copy).getrandbits(62) if copy else 0
        rows["articles"].append((one, str(place), str(place), "o", when, False, 1))
        rows["revisions"].append((one, str(place), title, "", known.body, language, "[]", "page", when, when))
        rows["stories"].append((one, when))
        rows["story_members"].append((one, one, 1.0, "first of its story", when))
        rows["event_profiles"].append((one, known.profile))
        rows["fingerprints"] += [(week, each ^ change, second, one) for each in known.hashes]
        rows["story_terms"] += [(week, each ^ change, second, one) for each in known.terms]
    for name in ("fingerprints", "story_terms"):
        rows[name].sort()
    for name, some in rows.items():
        _put(connection, name, some)


_COLUMNS = {
    "articles": "article_id url link outlet_id first_seen_at backlog extract_attempts",
    "revisions": "article_id text_hash title lead body language authors text_source extracted_at matched_at",
    "stories": "story_id created_at",
    "story_members": "article_id story_id similarity reason joined_at",
    "event_profiles": "event_id profile",
    "fingerprints": "week hash second article_id",
    "story_terms": "week term second story_id",
}


def _put(connection: Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    """Rows by the driver's quickest way: there are fifty for each article."""
    names = _COLUMNS[table].split()
    columns = ", ".join(f'"{name}"' for name in names)
    raw: Any = connection.connection.cursor()
    if connection.dialect.name == "sqlite":
        raw.executemany(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(names))})", rows)
        return
    with raw.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _outlet(connection: Connection) -> None:
    connection.execute(outlets.insert().values(outlet_id="o", title="O", tags=[]))


def _article(place: int, at: datetime) -> dict[str, Any]:
    key = {"article_id": place + 1, "url": str(place), "link": str(place), "outlet_id": "o"}
    return key | {"first_seen_at": at, "backlog": False, "extract_attempts": 1}


def _revision(place: int, one: Text, at: datetime) -> dict[str, Any]:
    title, body, language = one
    return {
        "article_id": place + 1,
        "text_hash": str(place),
        "title": title,
        "lead": "",
        "body": body,
        "language": language,
        "authors": [],
        "text_source": TextSource.PAGE,
        "extracted_at": at,
    }
