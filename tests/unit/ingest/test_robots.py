"""What a robots.txt allows, and what its absence means."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import BadStatus, FetchError, Unreachable
from pipelines.ingest.polite import origin
from pipelines.ingest.robots import AGAIN, FRESH, LARGEST, LONGEST_DELAY, crawl_delay, refusal, told
from pipelines.protocols import Response
from pipelines.robots import RobotsFile

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SITE = "https://news.example"


def answered(text: bytes, now: datetime = NOW) -> RobotsFile:
    """The file with this text."""
    return told(SITE, Response(url=f"{SITE}/robots.txt", status=200, body=text), None, now)


def failed(error: FetchError, before: RobotsFile | None = None, now: datetime = NOW) -> RobotsFile:
    """What is known after an error."""
    return told(SITE, error, before, now)


def test_rules_for_us_and_for_all() -> None:
    file = answered(b"User-agent: Wirewatch\nDisallow: /private\nUser-agent: *\nDisallow: /\nCrawl-delay: 2")
    assert refusal(file, f"{SITE}/news/1", NOW) is None
    assert "asks us not to" in (refusal(file, f"{SITE}/private/1", NOW) or "")
    assert refusal(file, f"{SITE}/news/1", NOW) is None
    assert refusal(file, f"{SITE}/news/1", NOW, agent="Other")
    assert crawl_delay(file, "Other") == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_no_file_allows_everything(status: int) -> None:
    file = failed(BadStatus(f"{SITE}/robots.txt", status))
    assert refusal(file, f"{SITE}/a", NOW) is None
    assert file.due_at == NOW + FRESH


@pytest.mark.parametrize("error", [BadStatus(SITE, 500), BadStatus(SITE, 429), Unreachable(SITE, "reset")])
def test_a_host_that_cannot_say_is_asked_again_and_for_a_day_allows_nothing(error: FetchError) -> None:
    file = failed(error)
    assert "does not say" in (refusal(file, f"{SITE}/a", NOW) or "")
    assert file.due_at == NOW + AGAIN
    later = failed(error, file, NOW + FRESH)
    assert later.silent_since == NOW
    assert refusal(later, f"{SITE}/a", NOW + FRESH) is None


def test_its_last_word_holds_meanwhile() -> None:
    file = failed(BadStatus(SITE, 503), answered(b"User-agent: *\nDisallow: /private"), NOW + FRESH)
    assert refusal(file, f"{SITE}/a", NOW + FRESH) is None
    assert refusal(file, f"{SITE}/private", NOW + FRESH)
    assert answered(b"", NOW + FRESH).silent_since is None


@pytest.mark.parametrize("text", [b"", b"<html>404</html>", b"\xff\xfe\x00", b"\0" * 100, b"Disallow: /"])
def test_nonsense_allows_everything(text: bytes) -> None:
    assert refusal(answered(text), f"{SITE}/a", NOW) is None


def test_a_huge_file_is_cut() -> None:
    assert len(answered(b"# x\n" * LARGEST).text) == LARGEST


def test_a_delay_is_bounded() -> None:
    assert crawl_delay(answered(b"User-agent: *\nCrawl-delay: 86400")) == LONGEST_DELAY
    assert crawl_delay(answered(b"User-agent: *\nCrawl-delay: -5")) == 0
    assert crawl_delay(answered(b"")) == 0


@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_file_answers_for_any_address(text: bytes, path: str) -> None:
    refusal(answered(b"User-agent: *\nDisallow: " + text), f"{SITE}/{path}", NOW)


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin("https://User:x@News.Example:8443/a?b") == "https://news.example:8443"
    assert origin("http://[") == ""
