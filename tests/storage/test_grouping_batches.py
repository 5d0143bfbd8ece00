"""Articles grouped by the batch come to what they come to one by one, in few statements and few rows."""

import random
import shutil
from collections.abc import Iterator, Mapping, Sequence, Sized
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from pipelines.model import Content
from pipelines.states import TextSource
from pipelines.steps.grouping import group_stories
from pipelines.steps.progress import Budget
from pipelines.stories import BigStory, Day, Grouping
from storage.database import Database
from storage.feed_tables import outlets
from storage.store import SqlStore, open_store
from storage.tables import (
    articles,
    event_profiles,
    fingerprints,
    revisions,
    stories,
    story_edits,
    story_links,
    story_members,
    story_terms,
)
from tests.storage.samples import NOW
from tests.unit.dedup.invented import LANGUAGES, Language, page

STORIES = {"story_id", "merged_into", "event_id", "other_id"}
BY = (
    (stories, ("story_id", "merged_into")),
    (story_members, ("article_id", "story_id", "similarity", "reason")),
    (fingerprints, ("week", "hash", "second", "article_id")),
    (story_terms, ("week", "term", "second", "story_id")),
    (event_profiles, ("event_id", "profile")),
    (story_links, ("story_id", "event_id", "other_id", "strength", "reason")),
    (story_edits, ("kind", "story_id", "other_id", "article_id")),
)


def printed(texts: Language) -> list[Content]:
    """Reprints, reports of one call, shared appeals and a series."""
    title, story, appeal = texts.title, texts.story, texts.appeal
    return [
        page(texts.other_title, *story, appeal[0]),
        page(title, *story[:3]),
        *(page(texts.other_title, report) for report in texts.call),
        *(page(name, text, *appeal) for name, text in texts.shorts),
        page("", texts.market.format("14", "+", "2418", "231", "860")),
        page("", texts.market.format("9", "-", "2409", "228", "715")),
        Content(title=texts.flash.format(12)),
        Content(title=texts.flash.format(12)),
    ]


def parts(texts: Language) -> list[Content]:
    """Beginning and end of a story, which only the whole shows to be one text."""
    return [page(texts.title, *texts.story[:2]), page(texts.title, *texts.story[2:])]


def everything(seed: int) -> list[Content]:
    """All of it in five languages, in some order."""
    some = [text for texts in LANGUAGES.values() for text in printed(texts)]
    random.Random(seed).shuffle(some)
    return [*parts(LANGUAGES["en"]), *some]


def put(url: str, some: Sequence[Content], first: int = 1, *, since: datetime = NOW, every: timedelta) -> None:
    """Store articles with their texts, as extraction leaves them."""
    with closing(Database(url)) as database, database.writing() as connection:
        if first == 1:
            connection.execute(outlets.insert().values(outlet_id="o", title="O", tags=[]))
        for number, text in enumerate(some, first):
            seen = since + every * number
            key = {"article_id": number, "url": f"{number}", "link": f"{number}", "outlet_id": "o"}
            connection.execute(articles.insert().values(**key, first_seen_at=seen, backlog=False, extract_attempts=1))
            words = {"title": text.title, "lead": "", "body": text.body, "authors": []}
            of = {"article_id": number, "text_hash": text.text_hash, "text_source": TextSource.PAGE}
            connection.execute(revisions.insert().values(**of, **words, extracted_at=seen))


def rows(url: str) -> list[list[tuple[Any, ...]]]:
    """All that grouping wrote, but for the time; stories are numbered, for PostgreSQL leaves gaps between their ids."""
    with closing(Database(url)) as database, database.reading() as connection:
        ids = connection.scalars(select(stories.c.story_id).order_by(stories.c.story_id)).all()
        numbers = {story_id: number for number, story_id in enumerate(ids)}

        def numbered(row: Any) -> tuple[Any, ...]:
            return tuple(numbers.get(value, value) if name in STORIES else value for name, value in row.items())

        found = [connection.execute(select(*(table.c[name] for name in names))).mappings().all() for table, names in BY]
        return [sorted(map(numbered, some), key=str) for some in found]


def group(url: str, batch: int, store: SqlStore | None = None) -> None:
    """Group all that waits."""
    with closing(open_store(url)) as opened:
        report = group_stories((store or opened).stories, budget=Budget(NOW + timedelta(days=20), 600), batch=batch)
    assert not report.problems


@pytest.mark.parametrize(("batch", "seed"), [(7, 1), (1_000, 1), (1_000, 2)])
def test_a_batch_is_grouped_as_if_one_by_one(
    store_url: str, sqlite_template: Path, tmp_path: Path, batch: int, seed: int
) -> None:
    alone = f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'alone.db')}"
    for url, size in ((store_url, batch), (alone, 1)):
        put(url, everything(seed), every=timedelta(hours=4))  # twelve days: some are out of the others' window
        group(url, size)
    one_by_one = rows(alone)
    assert rows(store_url) == one_by_one
    assert [len(some) for some in one_by_one if not some] == []  # each kind of row was compared


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_a_larger_batch_takes_no_more_statements(store_url: str) -> None:
    first, second = ([page(text.title, text.body, f"{seed}") for text in everything(seed)] for seed in (1, 2))
    put(store_url, first, every=timedelta(minutes=1))
    group(store_url, 1_000)
    numbers = []
    for begin, some in ((1_000, second[:5]), (2_000, second)):
        put(store_url, some, begin, every=timedelta(minutes=1))
        with statements() as sent:
            group(store_url, 1_000)
        bridges = [one for one in sent if one.startswith("INSERT INTO story_edits")]
        numbers.append(len(sent) - 16 * len(bridges))
    assert max(numbers) <= 60, numbers


class Counted:
    """A store that counts the rows its grouping gives and takes."""

    def __init__(self, store: SqlStore) -> None:
        self._stories = store.stories
        self.stories = self
        self.read = self.stored = 0

    @contextmanager
    def grouping(self, now: datetime) -> Iterator[Grouping]:
        """See StoryStore."""
        with self._stories.grouping(now) as grouping:
            yield _CountedGrouping(grouping, self)  # type: ignore[misc]  # it has what it does not count from the other

    def days(self, now: datetime, number: int) -> Sequence[Day]:
        """See StoryStore."""
        return self._stories.days(now, number)

    def biggest(self, since: datetime, limit: int) -> Sequence[BigStory]:
        """See StoryStore."""
        return self._stories.biggest(since, limit)

    def sizes(self, since: datetime) -> Mapping[int, int]:
        """See StoryStore."""
        return self._stories.sizes(since)


class _CountedGrouping:
    def __init__(self, grouping: Grouping, counted: Counted) -> None:
        self._grouping = grouping
        self._counted = counted

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._grouping, name)

        def count(*values: Any, **named: Any) -> Any:
            answer = asked(*values, **named)
            if isinstance(answer, Mapping):
                rows = sum(len(row) if isinstance(row, list) else 1 for row in answer.values())
                self._counted.read += rows
            if name in {"join", "describe"}:
                taken: Sized = named["hashes"] if name == "join" else values[2]
                self._counted.stored += len(taken)
            return answer

        return count


def test_an_article_reads_and_stores_few_rows_however_many_are_like_it(store: SqlStore, store_url: str) -> None:
    english = LANGUAGES["en"]
    crowd = [page(english.title, f"Number {number} of many.", *english.story, *english.appeal) for number in range(60)]
    put(store_url, crowd, every=timedelta(hours=3))
    group(store_url, 1)
    counted = Counted(store)
    put(store_url, [page("Another", *english.story, *english.appeal)], 61, every=timedelta(hours=3))  # fmt: skip
    group(store_url, 1, counted)  # type: ignore[arg-type]  # it has the part that is asked for
    assert 0 < counted.read <= 400
    assert counted.stored <= 50
