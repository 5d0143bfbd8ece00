"""The last good versions of the desk's rules, and how its folder last looked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Table, and_, select

from pipelines.model import Revision
from pipelines.rulebook import Backfill, Change, Look, StandingRule
from pipelines.states import RevisionId, RuleId, RuleStatus, RuleVersion
from storage.alert_tables import alerts, findings
from storage.database import Database
from storage.lookups import batches
from storage.records import LATEST, load_revisions
from storage.rule_tables import list_texts, live_rules, rule_looks
from storage.tables import articles, matches, revisions, rules


class SqlRuleBook:
    """The RuleBook of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def look(self) -> Look:
        """See RuleBook."""
        with self._database.reading() as connection:
            row = connection.execute(select(rule_looks)).one_or_none()
        return Look() if row is None else Look(whole=row.whole, shrunken=row.shrunken, shrunken_at=row.shrunken_at)

    def standing(self) -> Mapping[RuleId, StandingRule]:
        """See RuleBook."""
        with self._database.reading() as connection:
            texts = {row.digest: row.text for row in connection.execute(select(list_texts))}
            rows = connection.execute(select(live_rules).order_by(live_rules.c.rule_id)).all()
        return {
            RuleId(row.rule_id): StandingRule(
                rule_id=RuleId(row.rule_id),
                version=RuleVersion(row.version),
                file=row.file,
                source=row.source,
                lists=texts[row.lists] if row.lists else None,
            )
            for row in rows
        }

    def write(self, change: Change, now: datetime) -> None:
        """See RuleBook. An id that is carried on is so before it is retired."""
        with self._database.writing(exclusive="rules") as connection:
            for new, old in change.renamed.items():
                _carry_on(connection, old, new)
            _delete(connection, [*change.retire, *(rule.rule_id for rule in change.adopt)])
            _retire(connection, change.retire)
            _adopt(connection, change, now)
            connection.execute(rule_looks.delete())
            look = {"look_id": 1, "whole": change.look.whole, "shrunken": change.look.shrunken}
            connection.execute(rule_looks.insert(), [look | {"shrunken_at": change.look.shrunken_at}])

    def backfills(self) -> Sequence[Backfill]:
        """See RuleBook."""
        query = select(live_rules).where(live_rules.c.backfill_since.is_not(None)).order_by(live_rules.c.rule_id)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            Backfill(rule_id=RuleId(row.rule_id), since=row.backfill_since, after=RevisionId(row.backfilled_to or 0))
            for row in rows
        ]

    def texts(self, backfill: Backfill, limit: int) -> Sequence[Revision]:
        """See RuleBook. Of an article the latest text alone, where it was judged by the other rules already."""
        query = (
            select(revisions.c.revision_id)
            .join(articles, articles.c.article_id == revisions.c.article_id)
            .where(
                revisions.c.revision_id > backfill.after,
                revisions.c.matched_at.is_not(None),
                articles.c.first_seen_at >= backfill.since,
                LATEST,
            )
            .order_by(revisions.c.revision_id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            found = load_revisions(connection, connection.scalars(query).all())
        return sorted(found, key=lambda revision: revision.revision_id)

    def backfilled(self, rule_ids: Collection[RuleId], after: RevisionId | None) -> None:
        """See RuleBook."""
        done = {"backfill_since": None, "backfilled_to": None}
        values = done if after is None else {"backfilled_to": after}
        with self._database.writing(exclusive="rules") as connection:
            for some in batches(rule_ids):
                connection.execute(live_rules.update().where(live_rules.c.rule_id.in_(some)).values(values))


def _delete(connection: Connection, rule_ids: Iterable[RuleId]) -> None:
    for some in batches(rule_ids):
        connection.execute(live_rules.delete().where(live_rules.c.rule_id.in_(some)))


def _retire(connection: Connection, rule_ids: Iterable[RuleId]) -> None:
    for some in batches(rule_ids):
        connection.execute(rules.update().where(rules.c.rule_id.in_(some)).values(status=RuleStatus.RETIRED))


def _adopt(connection: Connection, change: Change, now: datetime) -> None:
    texts = {rule.lists: _digest(rule.lists) for rule in change.adopt if rule.lists is not None}
    known = set(connection.scalars(select(list_texts.c.digest)))
    new = [{"digest": digest, "text": text} for text, digest in texts.items() if digest not in known]
    if new:
        connection.execute(list_texts.insert(), new)
    rows = [
        {
            "rule_id": rule.rule_id,
            "version": rule.version,
            "file": rule.file,
            "source": rule.source,
            "lists": None if rule.lists is None else texts[rule.lists],
            "since": now,
            "backfill_since": now - change.backfill[rule.rule_id] if rule.rule_id in change.backfill else None,
        }
        for rule in change.adopt
    ]
    if rows:
        connection.execute(live_rules.insert(), rows)
    used = select(live_rules.c.lists).where(live_rules.c.lists.is_not(None))
    connection.execute(list_texts.delete().where(list_texts.c.digest.not_in(used)))


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _carry_on(connection: Connection, old: RuleId, new: RuleId) -> None:
    """Give the versions, matches and alerts of `old` to `new`; what `new` has of its own already stays as it is."""
    other = rules.alias("other")
    theirs = select(other.c.version).where(other.c.rule_id == new)
    stored = connection.execute(select(rules).where(rules.c.rule_id == old, rules.c.version.not_in(theirs))).all()
    if stored:
        connection.execute(rules.insert(), [{**row._mapping, "rule_id": new} for row in stored])
    _give(connection, matches, old, new, "rule_version", "article_id", "text_hash")
    _give(connection, alerts, old, new, "subject", "sequence")
    _give(connection, findings, old, new, "subject")
    left = select(matches.c.match_id).where(matches.c.rule_id == old)
    found = select(findings.c.finding_id).where(findings.c.rule_id == old)
    connection.execute(rules.delete().where(rules.c.rule_id == old, ~left.exists(), ~found.exists()))


def _give(connection: Connection, table: Table, old: RuleId, new: RuleId, *key: str) -> None:
    other = table.alias("other")
    same = and_(other.c.rule_id == new, *(other.c[name] == table.c[name] for name in key))
    taken = select(other.c.rule_id).where(same).exists()
    connection.execute(table.update().where(table.c.rule_id == old, ~taken).values(rule_id=new))
