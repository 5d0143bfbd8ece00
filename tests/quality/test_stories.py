"""Grouping on labelled reprints and hard negatives: floors that only rise.

A pair is predicted where two articles are in one story, so the figures are those after transitive closure; pairs
labelled `ignore` count neither way.
"""

import gzip
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from pipelines.dedup.batch import answers
from pipelines.model import Content
from pipelines.states import StoryId

DATA = Path(os.environ.get("WIREWATCH_DATA") or Path(__file__).parents[3] / "shared" / "data")
LABELLED = DATA / "neardup" / "dev"
PAGES = DATA / "desk" / "pages.jsonl"
EVER = timedelta(days=36_500)

Pair = frozenset[str]


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs found against pairs labelled."""

    precision: float
    recall: float
    kinds: Mapping[str, float]
    """Recall of the original with its variants, by kind of edit."""
    false_joins: Mapping[str, float]
    """Share of each hard-negative set that was joined."""

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def stories(articles: Iterable[tuple[str, Content]]) -> list[list[str]]:
    """Ids by story, the articles grouped in their order without a window."""
    named = list(articles)
    members: defaultdict[StoryId, list[str]] = defaultdict(list)
    for (name, _), answer in zip(named, answers([content for _, content in named], EVER), strict=True):
        members[answer.story_id].append(name)
    return list(members.values())


def pairs(groups: Iterable[list[str]]) -> set[Pair]:
    """All pairs within groups."""
    return {frozenset(pair) for names in groups for pair in combinations(names, 2)}


def by_cluster(clusters: Mapping[str, str]) -> list[list[str]]:
    """Ids by labelled cluster."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for name, cluster in clusters.items():
        members[cluster].append(name)
    return list(members.values())


def labelled() -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The documents in their order, and what is known of them."""
    with gzip.open(LABELLED / "documents.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    with gzip.open(LABELLED / "labels.json.gz", "rt", encoding="utf-8") as stream:
        return rows, json.load(stream)


def scored(groups: Iterable[list[str]], labels: Mapping[str, Any]) -> Score:
    """Stories, as lists of documents' ids, against the labels."""
    clusters = by_cluster(labels["clusters"])
    found, wanted = pairs(groups) - {frozenset(pair) for pair in labels["ignore"]}, pairs(clusters)
    kinds: defaultdict[str, list[bool]] = defaultdict(list)
    for names in clusters:
        for original in (name for name in names if labels["kind"][name] == "original"):
            for name in names:
                kinds[labels["kind"][name]].append(name == original or frozenset((original, name)) in found)
    return Score(
        precision=len(found & wanted) / len(found),
        recall=len(found & wanted) / len(wanted),
        kinds={kind: sum(hits) / len(hits) for kind, hits in kinds.items()},
        false_joins={
            name: sum(frozenset(pair) in found for pair in hard) / len(hard)
            for name, hard in labels["hard_negatives"].items()
        },
    )


@pytest.fixture(scope="module")
def score() -> Score:
    """The whole labelled set, about ten seconds of it."""
    if not LABELLED.is_dir():
        pytest.skip(f"no labelled reprints in {LABELLED}: WIREWATCH_DATA names the folder that holds neardup/")
    rows, labels = labelled()
    return scored(stories((row["id"], Content(title=row["title"] or "", body=row["text"])) for row in rows), labels)


def test_pairs_found(score: Score) -> None:
    assert score.precision >= 0.998
    assert score.recall >= 0.996
    assert score.f1 >= 0.997


def test_every_kind_of_edit_is_found(score: Score) -> None:
    assert min(score.kinds.values()) >= 0.98, score.kinds


def test_hard_negatives_stay_apart(score: Score) -> None:
    assert set(score.false_joins) == {"same_boilerplate", "templated_series"}
    assert max(score.false_joins.values()) <= 0.01, score.false_joins


def test_two_outlets_and_two_days_are_three_stories() -> None:
    if not PAGES.is_file():
        pytest.skip(f"no {PAGES}: WIREWATCH_DATA names the folder that holds desk/")
    rows = [json.loads(line) for line in PAGES.read_text(encoding="utf-8").splitlines()]
    assert len(stories((row["id"], Content(title=row["title"], body=row["text"])) for row in rows)) == 3
