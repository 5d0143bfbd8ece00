"""When a disk is low or full, what the operator hears of it, and that it is once."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import ReceiverUnavailable
from pipelines.operating.disk import Fill, Limits, Space, fill, fullest, look, marked, space_of

LIMITS = Limits(warn=10.0, stop=2.0)
WELL, LOW, FULL = Fill.WELL, Fill.LOW, Fill.FULL


@pytest.mark.parametrize(
    ("percent", "before", "now"),
    [
        (50.0, WELL, WELL), (10.0, WELL, WELL), (9.9, WELL, LOW), (2.0, WELL, LOW), (1.9, WELL, FULL),
        (10.5, LOW, LOW), (12.0, LOW, WELL), (1.9, LOW, FULL),
        (2.1, FULL, FULL), (2.5, FULL, LOW), (11.0, FULL, LOW), (12.0, FULL, WELL), (0.0, FULL, FULL),
    ],
)  # fmt: skip
def test_a_disk_falls_ill_at_its_threshold_and_is_well_a_little_above(percent: float, before: Fill, now: Fill) -> None:
    assert fill(percent, before, LIMITS) is now


@given(st.floats(0, 100), st.sampled_from(Fill))
def test_how_it_stands_settles_at_once(percent: float, before: Fill) -> None:
    once = fill(percent, before, LIMITS)
    assert fill(percent, once, LIMITS) is once


def space(percent: float) -> Space:
    return Space(free=round(percent * 1_000_000), total=100_000_000)


def test_each_change_is_told_once_and_what_does_not_get_through_again(tmp_path: Path) -> None:
    heard: list[str] = []
    deaf = False

    def tell(title: str, lines: list[str], key: str) -> None:
        if deaf:
            raise ReceiverUnavailable("no answer")
        heard.append(title)
        assert str(tmp_path) in lines[0]
        assert key

    for percent in (50, 9, 9, 8, 1, 1):
        look(tmp_path, tmp_path, space(percent), LIMITS, tell)
    assert heard == ["the disk is getting full", "the disk is full: fetching rests"]
    assert marked(tmp_path) is FULL
    deaf = True
    assert look(tmp_path, tmp_path, space(60), LIMITS, tell) is WELL
    assert marked(tmp_path) is FULL  # told of the end, nobody was
    deaf = False
    for percent in (60, 60):
        assert look(tmp_path, tmp_path, space(percent), LIMITS, tell) is WELL
    assert heard[2:] == ["the disk has room again"]


def test_the_mark_is_as_long_as_ever_so_that_a_full_disk_takes_it(tmp_path: Path) -> None:
    sizes = set()
    for percent in (50, 9, 1, 50):
        look(tmp_path, tmp_path, space(percent), LIMITS, lambda *_: None)
        sizes.add((tmp_path / "disk").stat().st_size)
    assert len(sizes) == 1


def test_the_fullest_of_the_disks_counts(tmp_path: Path) -> None:
    answers = {tmp_path: space(40), tmp_path / "database": space(3)}
    assert fullest(answers.__getitem__, answers) == (tmp_path / "database", space(3))


def test_a_folder_that_is_not_there_yet_is_on_the_disk_of_the_next_above(tmp_path: Path) -> None:
    assert space_of(tmp_path / "a" / "b").total == space_of(tmp_path).total > 0
    assert str(Space(free=71_000_000_000, total=271_000_000_000)) == "26.2 % free (71 GB of 271 GB)"
