"""Rows to records, for the reads that several repositories share: a query a table for each 500, none for each row."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, Connection, Row, Select, and_, select

from pipelines.alerts import Finding
from pipelines.feed_options import PLAIN, FeedOptions
from pipelines.model import Article, Content, Hit, Judgement, Match, Outlet, Revision
from pipelines.passages import Passage
from pipelines.states import ArticleId, Field, MatchId, PassageKind, RevisionId
from storage.alert_tables import findings
from storage.feed_tables import feed_entries, feeds, outlets
from storage.lookups import rows_in
from storage.paragraphs import with_marks
from storage.rule_rows import rule_of
from storage.tables import articles, matches, revisions, rules, story_members

_NEWER = revisions.alias("newer")
LATEST = ~(
    select(_NEWER.c.revision_id)
    .where(_NEWER.c.article_id == revisions.c.article_id, _NEWER.c.revision_id > revisions.c.revision_id)
    .correlate(revisions)
    .exists()
)
"""A revision that no later one of its article stands for."""


def named(query: Select[Any]) -> Select[Any]:
    """`query` with its columns named table_column, as the functions here read them."""
    return query.set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)


def outlet_of(row: Row[Any]) -> Outlet:
    """The outlet of a row that was joined with it."""
    return Outlet(
        outlet_id=row.outlets_outlet_id,
        title=row.outlets_title,
        country=row.outlets_country,
        tags=frozenset(row.outlets_tags),
    )


def content_of(row: Row[Any]) -> Content:
    """The words of a row of revisions."""
    return Content(
        title=row.revisions_title,
        lead=row.revisions_lead,
        body=row.revisions_body,
        language=row.revisions_language,
        published=row.revisions_published,
        authors=tuple(row.revisions_authors),
        text_source=row.revisions_text_source,
        passages=tuple(
            Passage(kind=PassageKind(kind), start=start, end=end) for kind, start, end in row.revisions_passages or ()
        ),
        extractor=row.revisions_extractor or "",
    )


def load_articles(connection: Connection, article_ids: Collection[ArticleId]) -> dict[ArticleId, Article]:
    """The articles, by id, with the union of their feeds' and outlet's tags."""
    tags: dict[ArticleId, frozenset[str]] = {}
    tagged = select(feed_entries.c.article_id, feeds.c.tags).join(feeds)
    for row in rows_in(connection, tagged, feed_entries.c.article_id, article_ids):
        tags[row.article_id] = tags.get(row.article_id, frozenset()) | frozenset(row.tags)
    query = named(select(articles, outlets).join(outlets))
    return {
        row.articles_article_id: Article(
            article_id=row.articles_article_id,
            url=row.articles_url,
            link=row.articles_link,
            outlet=outlet_of(row),
            first_seen_at=row.articles_first_seen_at,
            tags=tags.get(row.articles_article_id, frozenset()) | frozenset(row.outlets_tags),
            backlog=row.articles_backlog,
            late=row.articles_late,
        )
        for row in rows_in(connection, query, articles.c.article_id, article_ids)
    }


def load_revisions(connection: Connection, revision_ids: Collection[RevisionId]) -> list[Revision]:
    """The revisions, in the order of their ids as given."""
    rows = list(rows_in(connection, named(select(revisions)), revisions.c.revision_id, revision_ids))
    found = load_articles(connection, [row.revisions_article_id for row in rows])
    whose = [found[row.revisions_article_id].outlet.outlet_id for row in rows]
    contents = with_marks(connection, list(zip(whose, map(content_of, rows), strict=True)))
    by_id = {
        row.revisions_revision_id: _revision_of(row, found, content)
        for row, content in zip(rows, contents, strict=True)
    }
    return [by_id[revision_id] for revision_id in revision_ids]


def load_matches(connection: Connection, match_ids: Collection[MatchId]) -> dict[MatchId, Match]:
    """The matches, by id, each with its revision, its rule as last known, and its story."""
    query = named(
        select(matches, rules, revisions, story_members.c.story_id)
        .select_from(matches)
        .join(rules, and_(rules.c.rule_id == matches.c.rule_id, rules.c.version == matches.c.rule_version))
        .join(
            revisions,
            and_(revisions.c.article_id == matches.c.article_id, revisions.c.text_hash == matches.c.text_hash),
        )
        .join(story_members, story_members.c.article_id == matches.c.article_id)
    )
    rows = list(rows_in(connection, query, matches.c.match_id, match_ids))
    found = load_articles(connection, [row.revisions_article_id for row in rows])
    return {
        row.matches_match_id: Match(
            match_id=row.matches_match_id,
            revision=_revision_of(row, found),
            judgement=_judgement_of(row),
            story_id=row.story_members_story_id,
            matched_at=row.matches_matched_at,
        )
        for row in rows
    }


def load_findings(connection: Connection, finding_ids: Collection[int]) -> dict[int, Finding]:
    """The findings, by id, each with its rule as last known."""
    of_rule = and_(rules.c.rule_id == findings.c.rule_id, rules.c.version == findings.c.rule_version)
    query = named(select(findings, rules).join_from(findings, rules, of_rule))
    return {
        row.findings_finding_id: Finding(
            rule=rule_of(row),
            subject=row.findings_subject,
            starts_at=row.findings_starts_at,
            ends_at=row.findings_ends_at,
            number=row.findings_number,
            usual=row.findings_usual,
            why=row.findings_why,
        )
        for row in rows_in(connection, query, findings.c.finding_id, finding_ids)
    }


def hits_to_json(hits: Iterable[Hit]) -> list[list[str | int]]:
    """Hits as they are stored: [group, field, start, end, text] each."""
    return [[hit.group, hit.field.value, hit.start, hit.end, hit.text] for hit in hits]


def passages_to_json(passages: Iterable[Passage]) -> list[list[str | int]]:
    """Marked passages as they are stored: [kind, start, end] each."""
    return [[one.kind.value, one.start, one.end] for one in passages]


def options_to_json(options: FeedOptions) -> dict[str, Any] | None:
    """What a feed's options say beyond the usual; None where that is nothing."""
    said = {one.name: getattr(options, one.name) for one in fields(options)}
    return {name: _listed(value) for name, value in said.items() if value != getattr(PLAIN, name)} or None


def _listed(value: Any) -> Any:
    """Tuples as the lists that JSON gives back, so that both compare as the same."""
    return [_listed(part) for part in value] if isinstance(value, tuple) else value


def options_from_json(stored: Mapping[str, Any] | None) -> FeedOptions:
    """Options as they were before they were stored."""
    if not stored:
        return PLAIN
    pairs = {"headers", "secret_headers"}
    said: dict[str, Any] = {
        name: tuple(map(tuple, value)) if name in pairs else tuple(value) if isinstance(value, list) else value
        for name, value in stored.items()
    }
    return FeedOptions(**said)


def _judgement_of(row: Row[Any]) -> Judgement:
    hits = tuple(
        Hit(group=group, field=Field(field), start=start, end=end, text=text)
        for group, field, start, end, text in row.matches_hits
    )
    return Judgement(rule=rule_of(row), outcome=row.matches_outcome, hits=hits, clause=row.matches_clause)


def _revision_of(row: Row[Any], found: Mapping[ArticleId, Article], content: Content | None = None) -> Revision:
    return Revision(
        revision_id=row.revisions_revision_id,
        article=found[row.revisions_article_id],
        content=content or content_of(row),
        extracted_at=row.revisions_extracted_at,
    )
