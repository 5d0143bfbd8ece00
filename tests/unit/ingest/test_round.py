"""Rounds of fetches: fair to every host, over in time, and what hangs is known as such."""

import asyncio
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import pytest

from pipelines.errors import BadStatus, FetchError, Unreachable
from pipelines.ingest.round import HOST_AT_ONCE, fetch_each
from pipelines.progress import Budget
from pipelines.protocols import Request, Response

START = datetime(2026, 1, 1, tzinfo=UTC)


class Hosts:
    """A fetcher: `hang.example` never answers, `bad.example` says 503, all others answer at once."""

    def __init__(self) -> None:
        self.in_the_air = 0
        self.most_hanging = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def fetch(self, request: Request) -> Response:
        """Answer, or hang."""
        if "hang.example" in request.url:
            self.in_the_air += 1
            self.most_hanging = max(self.most_hanging, self.in_the_air)
            try:
                await asyncio.Event().wait()
            finally:
                self.in_the_air -= 1
        if "bad.example" in request.url:
            raise BadStatus(request.url, 503)
        return Response(url=request.url, status=200, body=b"ok")


def run(urls: list[str], *, seconds: float, patience: float) -> tuple[dict[str, Response | FetchError], int, Hosts]:
    fetcher = Hosts()
    answers: dict[str, Response | FetchError] = {}
    wanted = [(url, Request(url=url)) for url in urls]
    taken = fetch_each(
        fetcher, wanted, answers.__setitem__, at_once=4, patience=patience, budget=Budget(START, seconds)
    )
    return answers, taken, fetcher


def test_a_host_that_hangs_holds_up_no_other() -> None:
    hanging = [f"http://hang.example/{number}" for number in range(20)]
    good = [f"http://good{number}.example/" for number in range(5)]
    answers, taken, fetcher = run([*hanging, *good], seconds=0.5, patience=0.2)
    assert all(isinstance(answers[url], Response) for url in good)
    assert fetcher.most_hanging == HOST_AT_ONCE
    told = [answers[url] for url in hanging if url in answers]
    assert len(told) >= HOST_AT_ONCE  # what hung is told, so that it is not begun anew in each round
    assert all(isinstance(answer, Unreachable) for answer in told)
    assert taken == len(answers)


def test_errors_are_answers() -> None:
    answers, taken, _ = run(["http://bad.example/", "http://good.example/"], seconds=5, patience=5)
    assert taken == 2
    assert isinstance(answers["http://bad.example/"], BadStatus)


def test_with_no_time_left_nothing_is_begun() -> None:
    assert run(["http://good.example/"], seconds=0, patience=5)[:2] == ({}, 0)


def test_what_taking_raises_ends_the_round() -> None:
    def take(url: str, answer: Response | FetchError) -> None:
        raise RuntimeError(url)

    with pytest.raises(RuntimeError):
        fetch_each(
            Hosts(),
            [("a", Request(url="http://good.example/"))],
            take,
            at_once=1,
            patience=1,
            budget=Budget(START, 5),
        )


def test_an_address_that_is_none_is_left_to_the_fetcher() -> None:
    answers, _, _ = run(["http://[", "http://good.example/"], seconds=5, patience=5)
    assert len(answers) == 2
