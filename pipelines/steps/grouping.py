"""From a text to its story: the third of the six steps.

A batch of articles is decided in memory, with all that the store has for them read ahead; each is decided as if it had
come alone after the one before. Then all of it is written: a kill leaves the batch as it was.
"""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from pipelines import errors
from pipelines.model import Revision
from pipelines.overview.story_checks import overview
from pipelines.reports import Report
from pipelines.states import StoryId
from pipelines.steps.progress import Budget, Tally
from pipelines.steps.renewing import renew_fingerprints
from pipelines.stories import Grouping, Link, StoryStore, began_at

if TYPE_CHECKING:  # loaded only where there is an article to group: an idle cycle stays cheap
    from pipelines.dedup.grouping import Grouped
    from pipelines.dedup.relations import EventIndex, Related
    from pipelines.dedup.subject import Aliases, Subject

T = TypeVar("T")

BATCH = 1_000
"""Articles a transaction: a commit writes the pages of the index that it touched, and these are much the same ones."""
STORY_WINDOW = timedelta(days=7)
REMEMBERED = timedelta(days=21)
"""What is told of stories and events for longer is looked at by none that comes now; an article may come late, and tell
that it is a week or two old."""


def group_stories(
    store: StoryStore, names: "Callable[[], Aliases] | None" = None, *, budget: Budget, batch: int = BATCH
) -> Report:
    """Put each new article into the story whose text it prints, or into one of its own; `names` are the desk's."""
    tally = Tally("stories", "stories new", "reprints", "related", "texts compared")
    more = True
    aliases: Aliases | None = None
    ready = renew_fingerprints(store, budget, batch)
    while more and ready and not budget.spent:
        with uncollected(), store.grouping(budget.now()) as grouping:
            revisions = grouping.ungrouped(batch)
            aliases = aliases or (names() if names and revisions else None)
            joined = _join_stories(grouping, revisions, aliases, tally) if revisions else 0
            if revisions:
                grouping.forget(budget.now() - REMEMBERED)
        more = len(revisions) == batch or joined < len(revisions)
    overview(store, budget.now(), tally)
    return tally.report(unfinished=more)


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for garbage in cycles meanwhile: it took a fifth of a batch's time, which leaves 20 objects of it."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Joined:
    """An article and its story."""

    revision: Revision
    story_id: StoryId
    grouped: "Grouped"

    @property
    def moment(self) -> datetime:
        """When it was told."""
        return began_at(self.revision.content, self.revision.article.first_seen_at)

    @property
    def relates(self) -> bool:
        """A new story may be part of an event; a reprint is what its story is."""
        from pipelines.dedup.grouping import UNCOMPARED

        return self.grouped.story_id is None and self.grouped is not UNCOMPARED


def _join_stories(grouping: Grouping, revisions: Sequence[Revision], aliases: "Aliases | None", tally: Tally) -> int:
    """How many of the revisions, from the first, are in their stories now."""
    from pipelines.dedup import ahead
    from pipelines.dedup.relations import relate
    from pipelines.dedup.subject import no_aliases, subject_of

    def related(one: _Joined, index: "EventIndex") -> "Related | None":
        return relate(one.revision.content, one.moment, index, aliases or no_aliases)

    def subject(one: _Joined) -> "Subject | None":
        with suppress(Exception):  # what fails will fail again, and is told then
            return subject_of(one.revision.content, aliases or no_aliases)
        return None

    batch = list(_stories(grouping, revisions, tally))
    ahead.foresee(grouping, [(told, one.moment) for one in batch if one.relates and (told := subject(one))])
    for one in batch:
        found = _tried(partial(related, one, grouping), None, one.revision, tally) if one.relates else None
        _write(grouping, one, found, tally)
        _tell_joined(one, found.link if found else None, tally)
    return len(batch)


def _stories(grouping: Grouping, revisions: Sequence[Revision], tally: Tally) -> Iterator[_Joined]:
    """Each revision's story, in their order.

    Where the desk took stories apart, a bridge ends the batch: whether it stands depends on all that is written before.
    """
    from pipelines.dedup import ahead
    from pipelines.dedup.fingerprint import sample
    from pipelines.dedup.grouping import UNCOMPARED, group

    nothing: Mapping[int, str] = {}
    with suppress(Exception):  # all together; what fails is then asked for alone, and told
        sample.all([one.content for one in revisions])
    samples = [(_tried(partial(sample, one.content), nothing, one, tally), _since(one)) for one in revisions]
    index = ahead.candidates(grouping, samples)
    for revision, (sampled, since) in zip(revisions, samples, strict=True):
        grouped = UNCOMPARED
        if sampled is not nothing:
            grouped = _tried(partial(group, revision.content, index, since), UNCOMPARED, revision, tally)
        story_id = grouping.new_story() if grouped.story_id is None else grouped.story_id
        yield _Joined(revision=revision, story_id=story_id, grouped=grouped)
        if grouped.bridges and grouping.kept_apart():
            return
        article = revision.article
        index.add(article.article_id, story_id, revision.content, grouped.hashes, article.first_seen_at)
        for younger in grouped.bridges:
            index.merge(younger, story_id)


def _since(revision: Revision) -> datetime:
    return revision.article.first_seen_at - STORY_WINDOW


def _tried(decide: Callable[[], T], instead: T, revision: Revision, tally: Tally) -> T:
    """The decision; where an article cannot be decided, it is told and counted, and stops no other."""
    try:
        return decide()
    except errors.StoreError:
        raise
    except Exception as error:
        tally.failure(revision.article.link, error, article_id=revision.article.article_id)
        return instead


def _write(grouping: Grouping, one: _Joined, related: "Related | None", tally: Tally) -> None:
    from pipelines.dedup.wire_marks import credited

    article_id, grouped, content = one.revision.article.article_id, one.grouped, one.revision.content
    grouping.join(
        article_id,
        one.story_id,
        similarity=grouped.similarity,
        reason=grouped.reason,
        hashes=grouped.hashes,
        credits=credited(content.body, content.authors),
    )
    if related:
        event = related.link.event_id if related.link else one.story_id
        grouping.keep(event, related.profile)
        grouping.describe(event, one.moment, related.terms, related.gone)
        if related.link:
            grouping.link(one.story_id, related.link)
    if grouped.bridges:
        tally.count("stories joined by a bridge", len(grouping.bridge(one.story_id, grouped.bridges, article_id)))


def _tell_joined(one: _Joined, link: Link | None, tally: Tally) -> None:
    grouped = one.grouped
    tally.count("texts compared", len(grouped.compared))
    tally.count("reprints" if grouped.story_id else "stories new")
    tally.count("related", 1 if link else 0)
    why = grouped.reason if grouped.story_id else link.reason if link else ""
    if why:
        event = str(link.event_id) if link else ""
        outlet, title = one.revision.article.outlet.title, one.revision.content.title
        tally.news(outlet=outlet, title=title, story=str(one.story_id), event=event, why=why)
