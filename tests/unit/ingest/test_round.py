"""Rounds of fetches: fair to every host, over in time, and what hangs is known as such."""

import asyncio
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import pytest

from pipelines.errors import BadStatus, Unreachable
from pipelines.ingest.round import HOST_AT_ONCE, Answer, Manners, fetch_each
from pipelines.protocols import Request, Response
from pipelines.steps.progress import Budget

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


def run(urls: list[str], *, seconds: float, patience: float) -> tuple[dict[str, Answer], int, Hosts]:
    fetcher = Hosts()
    answers: dict[str, Answer] = {}
    wanted = [(url, Request(url=url)) for url in urls]
    taken = fetch_each(
        fetcher, wanted, answers.update, manners=Manners(at_once=4, patience=patience), budget=Budget(START, seconds)
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
    def take(answers: Sequence[tuple[int, Answer]]) -> None:
        raise RuntimeError(str(answers))

    wanted = [(number, Request(url=f"http://good{number}.example/")) for number in range(50)]
    with pytest.raises(RuntimeError):
        fetch_each(Hosts(), wanted, take, manners=Manners(at_once=1, patience=1), budget=Budget(START, 5))


def test_what_a_fetcher_raises_by_mistake_ends_the_round() -> None:
    class Broken(Hosts):
        async def fetch(self, request: Request) -> Response:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fetch_each(
            Broken(),
            [("a", Request(url="http://good.example/"))],
            lambda _: None,
            manners=Manners(at_once=1, patience=1),
            budget=Budget(START, 5),
        )


def test_taking_holds_up_no_fetch_and_what_came_meanwhile_is_taken_together() -> None:
    came, batches = threading.Event(), []

    class Counting(Hosts):
        async def fetch(self, request: Request) -> Response:
            if request.url.endswith("9.example/"):
                came.set()
            return await super().fetch(request)

    def take(answers: Sequence[tuple[int, Answer]]) -> None:
        assert came.wait(20)  # the last request was sent while the first answer was being taken
        batches.append(len(answers))

    wanted = [(number, Request(url=f"http://good{number}.example/")) for number in range(10)]
    manners = Manners(at_once=10, patience=5)
    assert fetch_each(Counting(), wanted, take, manners=manners, budget=Budget(START, 30)) == 10
    assert sum(batches) == 10
    assert len(batches) < 10


def test_one_host_is_given_a_pause_and_the_others_do_not_wait() -> None:
    begun: list[tuple[str, float]] = []

    class Noting(Hosts):
        async def fetch(self, request: Request) -> Response:
            begun.append((request.url, time.monotonic()))
            return await super().fetch(request)

    urls = [f"http://one.example/{number}" for number in range(4)] + [f"http://good{n}.example/" for n in range(4)]
    manners = Manners(at_once=8, patience=5, pause=0.2)
    for some in (urls, urls[:1]):  # the pause is kept from one round of a step to the next
        fetch_each(Noting(), [(u, Request(url=u)) for u in some], list, manners=manners, budget=Budget(START, 30))
    times = [moment for url, moment in begun if "one.example" in url]
    assert times[-1] - times[0] >= 0.2 * (len(times) - 1) / 2  # a busy machine begins some of them late
    assert [url for url, _ in begun].index(urls[1]) >= 4


def test_an_address_that_is_none_is_left_to_the_fetcher() -> None:
    answers, _, _ = run(["http://[", "http://good.example/"], seconds=5, patience=5)
    assert len(answers) == 2
