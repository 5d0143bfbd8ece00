"""Fingerprints are stable numbers that reprints have in common."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dedup.fingerprint import MOST, _sampled, fingerprint
from pipelines.model import Content
from tests.unit.dedup.invented import ENGLISH, LANGUAGES, Language, page

each_language = pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)

DAM = Content(title="Dam", body="The dam above the town gave way at noon on Sunday.")
DAM_HASHES = (
    -2438831626109417280,
    -5284237170932725606,
    -4799629544634059784,
    -4306850840477796754,
    3011022245433132182,
    5484493128504620170,
    6931409214584942866,
    8445520234606950821,
)


def test_the_numbers_are_those_of_every_machine() -> None:
    assert fingerprint(DAM) == DAM_HASHES


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_numbers_do_not_depend_on_the_process(seed: str) -> None:
    program = (
        "from pipelines.dedup.fingerprint import fingerprint\nfrom pipelines.model import Content\n"
        f"print(fingerprint(Content(title={ENGLISH.title!r}, body={ENGLISH.article.body!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(fingerprint(ENGLISH.article))


@each_language
def test_reprints_share_hashes(texts: Language) -> None:
    hashes = set(fingerprint(texts.article))
    assert len(hashes & set(fingerprint(page("Another title", *texts.story[:2])))) >= 8
    assert len(hashes & set(fingerprint(page("Another title", *texts.story[2:])))) >= 8


@each_language
def test_separate_reports_share_hardly_any(texts: Language) -> None:
    one, other = (set(fingerprint(page("", report))) for report in texts.call)
    assert len(one & other) < 2


@given(st.text(), st.text(max_size=2_000))
def test_hashes_fit_a_bigint_and_are_few(title: str, body: str) -> None:
    hashes = fingerprint(Content(title=title, body=body))
    assert bool(hashes) == bool((title + body).strip())
    assert len(hashes) == len(set(hashes)) <= MOST
    assert all(-(2**63) <= number < 2**63 for number in hashes)
    assert hashes == fingerprint(Content(title=title, body=body))


@given(st.lists(st.text(max_size=300), max_size=5))
def test_articles_sampled_together_are_sampled_as_if_alone(bodies: list[str]) -> None:
    contents = [*(Content(title="", body=body) for body in bodies), DAM, ENGLISH.article]
    assert _sampled(contents) == [one for content in contents for one in _sampled([content])]
