"""Stories of a stretch of time made anew, because a person asks for it: after an upgrade that groups otherwise, say.

Every decision is made first, beside whatever else goes on, and then written at once: a kill or the end of the time
leaves everything as it was. No match is decided anew, so nothing that was told is told again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from pipelines import errors
from pipelines.model import Content
from pipelines.regrouping import Placed, Rearrangement, RegroupStore
from pipelines.reports import Report
from pipelines.states import ArticleId
from pipelines.steps.grouping import BATCH, REMEMBERED, STORY_WINDOW
from pipelines.steps.progress import Budget, Tally
from pipelines.steps.renewing import sampled

if TYPE_CHECKING:
    from pipelines.dedup.anew import Anew
    from pipelines.dedup.subject import Aliases

SHOWN = 200
"""Changes in the table of a run's page."""
LOOKS_BACK = REMEMBERED - STORY_WINDOW
"""What is older would be compared with texts whose fingerprints are gone, and be taken for new."""


def group_again(
    store: RegroupStore,
    names: "Callable[[], Aliases]",
    since: datetime,
    until: datetime,
    *,
    budget: Budget,
    dry_run: bool = False,
) -> Report:
    """Group the articles of stories that began from `since` on and before `until` as today's grouping would."""
    from pipelines.dedup.anew import Anew
    from pipelines.dedup.relations import described

    tally = Tally("stories", "articles grouped anew", "articles moved", "stories joined")
    oldest = budget.now() - LOOKS_BACK
    if since < oldest:
        tally.problems(
            "since", [f"older texts are not compared any more: grouped anew from {oldest:%Y-%m-%d %H:%M} on"]
        )
    if store.unready():
        tally.problems("stories", ["fingerprints are being made anew just now: try again after the next runs"])
        return tally.report(unfinished=True)
    placed = store.placed(max(since, oldest), until)
    anew = Anew(store.contents, [one.article_id for one in placed], store.kept_apart())
    for some in _some(placed):
        if budget.spent:
            return tally.report(unfinished=True)
        _decide(store, anew, some, min(one.seen_at for one in placed) - STORY_WINDOW, tally)
    changes = anew.rearranged()
    _tell(store, changes, tally)
    if not dry_run and (changes.moves or changes.folds):
        describe = partial(described, aliases=names())
        tally.count(
            "changes left out, for others moved them meanwhile", store.rearrange(changes, describe, budget.now())
        )
    return tally.report()


def _some(placed: Sequence[Placed]) -> Iterator[Sequence[Placed]]:
    for start in range(0, len(placed), BATCH):
        yield placed[start : start + BATCH]


def _decide(store: RegroupStore, anew: "Anew", some: Sequence[Placed], since: datetime, tally: Tally) -> None:
    """Decide these; an article that cannot be read stays where it is, and stops no other."""
    texts: Mapping[ArticleId, Content] = store.contents([one.article_id for one in some])
    hashes = {number for content in texts.values() for number in sampled(content)}
    postings = anew.others(store.postings(anew.unasked(hashes), since))
    anew.know(postings, store.members({one for ids in postings.values() for one in ids}))
    for one in some:
        if one.article_id not in texts:
            continue
        try:
            anew.decide(one, texts[one.article_id], one.seen_at - STORY_WINDOW)
            tally.count("articles grouped anew")
        except errors.StoreError:
            raise
        except Exception as error:
            tally.failure(f"article {one.article_id}", error, article_id=one.article_id)


def _tell(store: RegroupStore, changes: Rearrangement, tally: Tally) -> None:
    """What would be otherwise, by the titles of those that go."""
    tally.count("articles moved", len(changes.moves))
    tally.count("stories joined", len(changes.folds))
    shown = changes.moves[:SHOWN]
    texts = store.contents([one.article_id for one in shown])
    for move in shown:
        title = texts[move.article_id].title if move.article_id in texts else ""
        into = "a new story" if move.fresh else f"story {move.into}"
        tally.news(article=str(move.article_id), title=title, was=f"story {move.story_id}", now=into, why=move.reason)
    for fold in changes.folds[:SHOWN]:
        tally.news(
            article="all of it", title="", was=f"story {fold.story_id}", now=f"story {fold.into}", why=fold.reason
        )
