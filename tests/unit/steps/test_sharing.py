"""Each item is done by one worker, whatever others hold and have done meanwhile."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.claims import ALONE, HostClaims
from pipelines.sites import host_of
from pipelines.steps.progress import Budget
from pipelines.steps.sharing import share_out, work_off

NOW = datetime(2026, 11, 30, tzinfo=UTC)


class Beside:
    """Claims beside others, who hold `theirs`; at most `most` hosts at once."""

    shared = True

    def __init__(self, theirs: Collection[str] = (), most: int = 100) -> None:
        self.theirs, self.most = theirs, most
        self.now_held: Collection[str] = ()

    @staticmethod
    def few(mine: Sequence[int]) -> int:
        """What was reached of ten, when time was up."""
        return len(mine) - 6

    @contextmanager
    def held(self, hosts: Sequence[str], lease: timedelta) -> Iterator[Collection[str]]:
        """The first that are free."""
        assert lease > timedelta()
        self.now_held = [host for host in hosts if host not in self.theirs][: self.most]
        yield self.now_held
        self.now_held = ()


def budget(seconds: float = 1_000) -> Budget:
    return Budget(NOW, seconds, monotonic=lambda: 0.0)


def address(item: int) -> str:
    return f"https://host{item % 7}.example/{item}"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Paper.example:8080/a", "paper.example:8080"),
        ("https://user:word@paper.example/", "paper.example"),
        ("https://[broken/", ""),
        ("", ""),
        ("https://a\x00b.example/", "ab.example"),
        ("https://" + "x" * 400, "x" * 253),
    ],
)
def test_a_host_is_a_name_that_a_database_can_keep(url: str, host: str) -> None:
    assert host_of(url) == host


@given(
    st.sets(st.integers(0, 60)),
    st.sets(st.integers(0, 60)),
    st.sets(st.sampled_from([f"host{number}.example" for number in range(7)])),
    st.integers(1, 7),
)
def test_each_item_is_asked_once_and_none_of_what_others_hold_or_did(
    due: set[int], done: set[int], theirs: set[str], most: int
) -> None:
    claims, asked = Beside(theirs, most), list[int]()

    def ask(mine: Sequence[int]) -> int:
        assert {host_of(address(one)) for one in mine} <= set(claims.now_held)
        asked.extend(mine)
        return len(mine)

    left = sorted(due - done)
    assert share_out(claims, sorted(due), address, lambda: left, ask, budget=budget()) == 0
    assert len(asked) == len(set(asked))
    assert set(asked) == {one for one in left if host_of(address(one)) not in theirs}


@pytest.mark.parametrize("claims", [ALONE, Beside()])
def test_what_was_not_reached_is_counted(claims: HostClaims) -> None:
    due = list(range(10))
    ask = Beside.few
    assert share_out(claims, due, address, lambda: due, ask, budget=budget()) == 6


@pytest.mark.parametrize(("theirs", "number"), [((), 5_000), (("host1.example",), 5_000), (("host1.example",), 3)])
@pytest.mark.parametrize("alone", [True, False])
def test_all_is_worked_off_but_what_others_hold(theirs: Collection[str], number: int, alone: bool) -> None:
    claims: HostClaims = ALONE if alone else Beside(theirs)
    waiting = list(range(number))

    def work(mine: Sequence[int]) -> bool:
        assert len(mine) <= 200
        for one in mine:
            waiting.remove(one)
        return True

    assert not work_off(claims, lambda limit: waiting[:limit], 200, address, work, budget=budget())
    assert {host_of(address(one)) for one in waiting} <= (set() if alone else set(theirs))


def test_behind_what_others_hold_more_is_looked_for() -> None:
    waiting = [7 * number for number in range(1_000)] + [1]
    seen = list[int]()

    def work(mine: Sequence[int]) -> bool:
        seen.extend(mine)
        for one in mine:
            waiting.remove(one)
        return True

    claims = Beside(["host0.example"])
    assert not work_off(claims, lambda limit: waiting[:limit], 200, address, work, budget=budget())
    assert seen == [1]


def test_without_time_nothing_is_begun() -> None:
    def never(of: object) -> list[int]:
        pytest.fail(f"looked or worked: {of}")

    assert work_off(Beside(), never, 200, address, lambda mine: bool(never(mine)), budget=budget(0))
