"""Rules and their matches: what `match_rules` needs of the store."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select

from pipelines.model import Hit, Judgement, Revision, Rule
from pipelines.states import Outcome, RevisionId
from storage import volumes
from storage.database import Database
from storage.lookups import batches, rows_in
from storage.records import LATEST, hits_to_json, load_revisions, named
from storage.rule_rows import facts_of, rule_of
from storage.rule_tables import rule_looks
from storage.tables import IS_MATCH, UNMATCHED, articles, matches, revisions, rules, story_members
from storage.visits import plan_visits

HITS_KEPT = 50
"""Hits of each group that a match keeps, the first in reading order: as many as an alert's excerpt looks at
(`HITS_READ` of delivery/excerpt.py). A text of 1 MiB had 150,000, 6 MB of JSON."""

_JUDGED = revisions.alias("judged")


class SqlMatches:
    """The MatchStore of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sync_rules(self, rules: Iterable[Rule], now: datetime, *, whole: str | None = None) -> None:
        """See MatchStore. A known version takes on what may change within it: title, severity, owner, labels ..."""
        with self._database.reading() as connection:
            synced = connection.scalar(select(rule_looks.c.synced))
            if whole and synced == whole:
                return
            wanted = {(rule.rule_id, rule.version): rule for rule in rules}
            same = not _unlike(connection, wanted.values()) and volumes.scheduled(connection, wanted.values())
        if same and synced == whole:
            return
        with self._database.writing(exclusive="rules") as connection:
            _save_rules(connection, _unlike(connection, wanted.values()), now)
            volumes.schedule(connection, wanted.values(), now)
            connection.execute(rule_looks.update().values(synced=whole))

    def fates(self, limit: int) -> tuple[Sequence[bool], int]:
        """See MatchStore."""
        waits = select(revisions.c.article_id).where(UNMATCHED)
        unread = select(revisions.c.revision_id).where(revisions.c.article_id == articles.c.article_id)
        newest = select(articles.c.article_id).where(~articles.c.backlog, unread.exists())
        with self._database.reading() as connection:
            waiting = set(connection.scalars(waits))
            ids = connection.scalars(newest.order_by(articles.c.article_id.desc()).limit(limit + len(waiting))).all()
            since = matches.c.article_id >= min(ids, default=0)
            found = set(connection.scalars(select(matches.c.article_id).where(IS_MATCH, since)))
        return [one in found for one in ids if one not in waiting][:limit], len(waiting)

    def unmatched(self, limit: int) -> Sequence[Revision]:
        """See MatchStore. Of an article with several such revisions, the latest alone: it stands for them all."""
        grouped = select(story_members.c.article_id).where(story_members.c.article_id == revisions.c.article_id)
        query = (
            select(revisions.c.revision_id)
            .where(UNMATCHED, grouped.exists(), LATEST)
            .order_by(func.coalesce(revisions.c.published_utc, revisions.c.extracted_at), revisions.c.revision_id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return load_revisions(connection, connection.scalars(query).all())

    def save_matches(
        self, revision_ids: Collection[RevisionId], judgements: Sequence[tuple[RevisionId, Judgement]], now: datetime
    ) -> int:
        """See MatchStore. Raises StoreError for a rule that was not synced."""
        stored = [(revision, one) for revision, one in judgements if one.outcome is not Outcome.NO_MATCH]
        with self._database.writing(exclusive="matches") as connection:
            new = _new_matches(connection, stored, now)
            if new:
                connection.execute(matches.insert(), new)
                plan_visits(connection, [row["article_id"] for row in new if row["outcome"] is Outcome.MATCH], now)
            for some in batches(revision_ids):
                judged = select(_JUDGED.c.revision_id).where(
                    _JUDGED.c.revision_id.in_(some),
                    _JUDGED.c.article_id == revisions.c.article_id,
                    _JUDGED.c.revision_id >= revisions.c.revision_id,
                )
                connection.execute(revisions.update().where(UNMATCHED, judged.exists()).values(matched_at=now))
        return len(new)

    def unstored(self, judgements: Sequence[tuple[RevisionId, Judgement]]) -> int:
        """See MatchStore."""
        stored = [(revision, one) for revision, one in judgements if one.outcome is not Outcome.NO_MATCH]
        with self._database.reading() as connection:
            return len(_new_matches(connection, stored, datetime.min.replace(tzinfo=UTC)))


def _unlike(connection: Connection, wanted: Iterable[Rule]) -> list[tuple[Rule, bool]]:
    """Rules whose version is not stored as they are; True where it is stored with other facts."""
    whole = list(wanted)
    rows = rows_in(connection, named(select(rules)), rules.c.rule_id, [rule.rule_id for rule in whole])
    stored = {(rule.rule_id, rule.version): facts_of(rule) for rule in map(rule_of, rows)}
    return [
        (rule, (rule.rule_id, rule.version) in stored)
        for rule in whole
        if stored.get((rule.rule_id, rule.version)) != facts_of(rule)
    ]


def _save_rules(connection: Connection, unlike: Sequence[tuple[Rule, bool]], now: datetime) -> None:
    new = [facts_of(rule) | {"first_seen_at": now} for rule, known in unlike if not known]
    if new:
        connection.execute(rules.insert(), new)
    for rule in (rule for rule, known in unlike if known):
        key = and_(rules.c.rule_id == rule.rule_id, rules.c.version == rule.version)
        connection.execute(rules.update().where(key).values(facts_of(rule)))


def _new_matches(
    connection: Connection, judgements: Sequence[tuple[RevisionId, Judgement]], now: datetime
) -> list[dict[str, Any]]:
    """Judgements as rows, without those whose key is stored."""
    query = select(revisions.c.revision_id, revisions.c.article_id, revisions.c.text_hash)
    texts = {
        row.revision_id: (row.article_id, row.text_hash)
        for row in rows_in(connection, query, revisions.c.revision_id, [revision for revision, _ in judgements])
    }
    columns = (matches.c.rule_id, matches.c.rule_version, matches.c.article_id, matches.c.text_hash)
    article_ids = [article_id for article_id, _ in texts.values()]
    known = {tuple(row) for row in rows_in(connection, select(*columns), matches.c.article_id, article_ids)}
    rows = {
        (one.rule.rule_id, one.rule.version, *texts[revision]): {
            "rule_id": one.rule.rule_id,
            "rule_version": one.rule.version,
            "article_id": texts[revision][0],
            "text_hash": texts[revision][1],
            "outcome": one.outcome,
            "hits": hits_to_json(_kept(one.hits)),
            "clause": one.clause,
            "matched_at": now,
        }
        for revision, one in judgements
    }
    return [row for key, row in rows.items() if key not in known]


def _kept(hits: Iterable[Hit]) -> Iterator[Hit]:
    met: Counter[str] = Counter()
    for hit in hits:
        met[hit.group] += 1
        if met[hit.group] <= HITS_KEPT:
            yield hit
