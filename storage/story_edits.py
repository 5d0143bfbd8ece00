"""Stories after they were grouped: one goes into another, or an article is taken out; each edit is kept."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from pipelines.states import ArticleId, StoryEditKind, StoryId
from storage.event_edits import parted, relink
from storage.events import standing
from storage.tables import stories, story_edits, story_members


def merge(
    connection: Connection,
    story_id: StoryId,
    into: StoryId,
    *,
    kind: StoryEditKind,
    who: str,
    why: str,
    now: datetime,
    article_id: ArticleId | None = None,
) -> None:
    """Let one story go into another with its members, and with what was linked to it; its id goes on to name that."""
    relink(connection, story_id, into, now)
    members = story_members.update().where(story_members.c.story_id == story_id)
    connection.execute(members.values(story_id=into))
    gone = (stories.c.story_id == story_id) | (stories.c.merged_into == story_id)
    connection.execute(stories.update().where(gone).values(merged_into=into))
    record(connection, kind, into, story_id, who=who, why=why, now=now, article_id=article_id)


def split(
    connection: Connection, article_id: ArticleId, story_id: StoryId, *, who: str, why: str, now: datetime
) -> StoryId:
    """Take an article out of its story into one of its own, which grouping never joins with it again."""
    query = stories.insert().values(created_at=now).returning(stories.c.story_id)
    own = StoryId(connection.execute(query).scalar_one())
    member = story_members.update().where(story_members.c.article_id == article_id)
    connection.execute(member.values(story_id=own, similarity=1.0, reason=f"taken out of story {story_id} by {who}"))
    record(connection, StoryEditKind.SPLIT, story_id, own, who=who, why=why, now=now, article_id=article_id)
    return own


def record(
    connection: Connection,
    kind: StoryEditKind,
    story_id: StoryId,
    other_id: StoryId,
    *,
    who: str,
    why: str,
    now: datetime,
    article_id: ArticleId | None = None,
) -> None:
    """Keep who did what, when and why."""
    connection.execute(
        story_edits.insert().values(
            kind=kind, story_id=story_id, other_id=other_id, article_id=article_id, who=who, why=why, made_at=now
        )
    )


def kept_apart(connection: Connection) -> frozenset[frozenset[StoryId]]:
    """Pairs of stories that the desk took apart, by the ids they have now; what it put together again is one id.

    Those whose events it took apart are among them: no bridge may undo that either.
    """
    query = select(story_edits.c.story_id, story_edits.c.other_id).where(story_edits.c.kind == StoryEditKind.SPLIT)
    pairs = [(row.story_id, row.other_id) for row in connection.execute(query)]
    roots = standing(connection, {one for pair in pairs for one in pair})
    return frozenset(frozenset((roots[one], roots[other])) for one, other in pairs) | parted(connection)


def size(connection: Connection, story_id: StoryId) -> int:
    """How many articles a story has."""
    query = select(func.count()).select_from(story_members).where(story_members.c.story_id == story_id)
    return connection.execute(query).scalar_one()
