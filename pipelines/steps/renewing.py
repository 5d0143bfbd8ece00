"""Fingerprints made anew after an upgrade that makes them otherwise, before anything is grouped by them."""

from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime

from pipelines.model import Content
from pipelines.states import ArticleId
from pipelines.steps.progress import Budget
from pipelines.stories import Grouping, StoryStore

EVER = datetime.min.replace(tzinfo=UTC)


def renew_fingerprints(store: StoryStore, budget: Budget, batch: int) -> bool:
    """Whether none is left to be made anew; each batch is a transaction of its own."""
    while not budget.spent:
        with store.grouping(budget.now()) as grouping:
            if not _renewed(grouping, batch):
                return True
    return False


def _renewed(grouping: Grouping, batch: int) -> int:
    """How many were; of each hash so many articles are kept as when they came."""
    texts = grouping.outdated(batch)
    if not texts:
        return 0
    from pipelines.dedup.candidates import CARRIERS

    hashes = {article_id: sampled(content) for article_id, content in texts.items()}
    postings = grouping.postings({number for some in hashes.values() for number in some}, EVER)
    carriers = Counter({number: len(ids) for number, ids in postings.items()})
    kept: dict[ArticleId, Collection[int]] = {}
    for article_id, some in hashes.items():
        kept[article_id] = [number for number in some if carriers[number] < CARRIERS]
        carriers.update(kept[article_id])
    grouping.renew(kept)
    return len(texts)


def sampled(content: Content) -> Collection[int]:
    """A text's hashes; none where it cannot be read, which was told when it came."""
    from pipelines.dedup.fingerprint import fingerprint

    with suppress(Exception):
        return fingerprint(content)
    return ()
