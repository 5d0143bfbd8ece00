"""Inflected names on real sentences with human lemmas: floors that only rise.

A rule is one lemma with `forms`; its truth is the sentences in which a name has that lemma, and a false alarm any other
sentence.
"""

import gzip
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pipelines.model import Content
from pipelines.rules.loader import load_rules
from pipelines.rules.matcher import Matcher

DATA = Path(os.environ.get("WIREWATCH_DATA") or Path(__file__).parents[3] / "shared" / "data") / "multilingual"


def rows(name: str, language: str) -> list[dict[str, Any]]:
    """The language's rows of a file."""
    with gzip.open(DATA / name, "rt", encoding="utf-8") as stream:
        return [row for row in map(json.loads, stream) if row["lang"] == language]


def matcher(folder: Path, lemmas: Iterable[str], language: str) -> Matcher:
    """One rule for each lemma, `r0` the first."""
    rules = [
        f"  - {{id: r{number}, any: [{{term: {json.dumps(lemma, ensure_ascii=False)}, forms: {language}}}]}}"
        for number, lemma in enumerate(lemmas)
    ]
    (folder / "names.yaml").write_text("version: 1\nrules:\n" + "\n".join(rules), encoding="utf-8")
    loaded = load_rules(folder)
    assert [str(fault) for fault in loaded.faults] == []
    return Matcher(loaded.rules)


@pytest.mark.parametrize(
    ("language", "precision", "recall", "f1"),
    [("hy", 0.97, 0.99, 0.984), ("ru", 0.98, 0.97, 0.976), ("tr", 0.89, 0.97, 0.93)],
)
def test_names_in_all_their_forms(tmp_path: Path, language: str, precision: float, recall: float, f1: float) -> None:
    if not DATA.is_dir():
        pytest.skip(f"no sentences in {DATA}: WIREWATCH_DATA names the folder that holds multilingual/")
    truth = rows("lemma_truth.jsonl.gz", language)
    wanted = {(f"r{number}", sentence) for number, row in enumerate(truth) for sentence in row["sentence_ids"]}
    names = matcher(tmp_path, [row["lemma"] for row in truth], language)
    reported = {
        (judgement.rule.rule_id, row["id"])
        for row in rows("sentences.jsonl.gz", language)
        if row["source"].startswith("UniversalDependencies")
        for judgement in names.judge(Content(title="", body=row["text"]), None)
    }
    right = len(reported & wanted)
    assert right / len(reported) >= precision
    assert right / len(wanted) >= recall
    assert 2 * right / (len(reported) + len(wanted)) >= f1
