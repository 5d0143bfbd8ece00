"""An article to its story: reprints of one text are one story, separate reports of one event are not; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.dedup.candidates import CARRIERS, CandidateIndex, choose, common, witnesses
from pipelines.dedup.fingerprint import sample
from pipelines.dedup.masking import Mask
from pipelines.dedup.normalize import Prepared, prepare
from pipelines.dedup.similarity import Similarity, compare
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
    """What of the article's fingerprint is to be stored with it."""
    compared: tuple[ArticleId, ...]
    """The articles it was compared with, likeliest first."""
    bridges: tuple[StoryId, ...] = ()
    """Younger stories that are the same text as this article, and so belong into `story_id`."""


UNCOMPARED = Grouped(story_id=None, similarity=1.0, reason="could not be compared", hashes=(), compared=())


def group(content: Content, index: CandidateIndex, since: datetime) -> Grouped:
    """The oldest story first seen at or after `since` that is the same text; else a new one."""
    grams = sample(content)
    postings = index.postings(grams, since)
    stories = index.stories(witnesses(postings))
    masked = common(postings, stories)
    chosen = choose(postings, stories, masked, len(grams))
    texts = index.contents(chosen) if chosen else {}
    mask = Mask.of(prepare(content), grams, masked)
    answers = _answers(chosen, stories, {each: mask.applied(prepare(text)) for each, text in texts.items()}, mask.own)
    hashes = tuple(number for number in grams if len(postings.get(number, ())) < CARRIERS)
    return _decided(answers, hashes)


def _answers(
    chosen: Sequence[ArticleId],
    stories: Mapping[ArticleId, StoryId],
    texts: Mapping[ArticleId, Prepared],
    own: Prepared,
) -> list[tuple[ArticleId, StoryId, Similarity]]:
    """What each comparison says; of a story that is the same text, one member is enough."""
    answers: list[tuple[ArticleId, StoryId, Similarity]] = []
    found: set[StoryId] = set()
    for each in chosen:
        if stories[each] not in found:
            answer = compare(texts[each], own)
            answers.append((each, stories[each], answer))
            found |= {stories[each]} if answer.same else set()
    return answers


def _decided(answers: Sequence[tuple[ArticleId, StoryId, Similarity]], hashes: tuple[int, ...]) -> Grouped:
    compared = tuple(article_id for article_id, _, _ in answers)
    same = sorted((story, answer.score, answer.reason) for _, story, answer in answers if answer.same)
    if same:
        story_id, score, reason = same[0]
        bridges = tuple(story for story, _, _ in same[1:])
        return Grouped(
            story_id=story_id, similarity=score, reason=reason, hashes=hashes, compared=compared, bridges=bridges
        )
    nearest = max((answer for _, _, answer in answers), key=lambda answer: answer.score, default=None)
    reason = f"{FIRST}; nearest: {nearest.reason}" if nearest else FIRST
    return Grouped(story_id=None, similarity=1.0, reason=reason, hashes=hashes, compared=compared)
