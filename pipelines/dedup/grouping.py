"""An article to its story: reprints of one text are one story, separate reports of one event are not; pure."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.dedup.candidates import CandidateIndex, choose, witnesses
from pipelines.dedup.fingerprint import fingerprint
from pipelines.dedup.normalize import prepare
from pipelines.dedup.similarity import compare
from pipelines.model import Content
from pipelines.states import ArticleId, StoryId

FIRST = "first of its story"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Where an article belongs, and why."""

    story_id: StoryId | None
    """None for a new story."""
    similarity: float
    """0 to 1, to the member it was compared with; 1.0 for the first of its story."""
    reason: str
    hashes: tuple[int, ...]
    """The article's fingerprint, to be stored with it."""
    compared: tuple[ArticleId, ...]
    """The articles it was compared with, likeliest first."""


def group(content: Content, index: CandidateIndex, since: datetime) -> Grouped:
    """The story of the likest article first seen at or after `since`, where one is the same text; else a new one."""
    hashes = fingerprint(content)
    postings = index.postings(hashes, since)
    members = index.contents(witnesses(postings))
    chosen = choose(postings, {each: story for each, (story, _) in members.items()}, len(hashes))
    prepared = prepare(content)
    compared = [(compare(prepare(members[each][1]), prepared), members[each][0]) for each in chosen]
    if not compared:
        return Grouped(story_id=None, similarity=1.0, reason=FIRST, hashes=hashes, compared=())
    best, story = max(compared, key=lambda answer: (answer[0].same, answer[0].score))
    return Grouped(
        story_id=story if best.same else None,
        similarity=best.score if best.same else 1.0,
        reason=best.reason if best.same else f"{FIRST}; nearest: {best.reason}",
        hashes=hashes,
        compared=chosen,
    )
