"""Inflected names on real sentences with human lemmas: floors that only rise.

A rule is one lemma; its truth is the sentences in which a name has that lemma, and a false alarm any other sentence.
"""

import gzip
import json
import os
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pytest

from pipelines.rules.endings import capitals_agree, inflections
from pipelines.text import Words, words

DATA = Path(os.environ.get("WIREWATCH_DATA") or Path(__file__).parents[3] / "shared" / "data") / "multilingual"


@lru_cache(maxsize=1)
def sentences() -> dict[str, list[tuple[str, Words]]]:
    """Ids and words of the sentences that were lemmatised by hand, by language."""
    by_language: defaultdict[str, list[tuple[str, Words]]] = defaultdict(list)
    with gzip.open(DATA / "sentences.jsonl.gz", "rt", encoding="utf-8") as stream:
        for row in map(json.loads, stream):
            if row["source"].startswith("UniversalDependencies"):
                by_language[row["lang"]].append((row["id"], words(row["text"])))
    return by_language


def lemmas(language: str) -> list[tuple[str, frozenset[str]]]:
    """Lemmas with the ids of the sentences that hold them."""
    with gzip.open(DATA / "lemma_truth.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    return [(row["lemma"], frozenset(row["sentence_ids"])) for row in rows if row["lang"] == language]


def meets(lemma: Words, text: Words, first: int, language: str) -> bool:
    """Whether forms of the lemma's words stand there in a row."""
    return all(
        capitals_agree(lemma.original(number), text.original(first + number))
        and any(
            text.folded[first + number].startswith(stem.stem)
            and text.folded[first + number][len(stem.stem) :] in stem.endings
            for stem in inflections(lemma.original(number), language)
        )
        for number in range(len(lemma))
    )


def found(written: str, texts: Sequence[tuple[str, Words]], language: str) -> frozenset[str]:
    """Ids of the sentences that hold a form of the lemma."""
    lemma = words(written)
    return frozenset(
        name
        for name, text in texts
        if any(meets(lemma, text, first, language) for first in range(len(text) - len(lemma) + 1))
    )


@pytest.mark.parametrize(
    ("language", "precision", "recall", "f1"),
    [("hy", 0.97, 0.99, 0.984), ("ru", 0.98, 0.97, 0.976), ("tr", 0.89, 0.97, 0.93)],
)
def test_names_in_all_their_forms(language: str, precision: float, recall: float, f1: float) -> None:
    if not DATA.is_dir():
        pytest.skip(f"no sentences in {DATA}: WIREWATCH_DATA names the folder that holds multilingual/")
    right = reported = wanted = 0
    for lemma, truth in lemmas(language):
        ids = found(lemma, sentences()[language], language)
        right, reported, wanted = right + len(ids & truth), reported + len(ids), wanted + len(truth)
    assert right / reported >= precision
    assert right / wanted >= recall
    assert 2 * right / (reported + wanted) >= f1
