"""Housekeeping: kinds in order, batches within a budget, one kind's failure apart, counts and bytes told."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pipelines.errors import StoreError
from pipelines.keeping import Forgotten, Keep, Kind
from pipelines.steps.progress import Budget
from pipelines.steps.tidying import keep_house

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class House:
    """A store that holds so many batches of each kind, and fails on one of them."""

    batches: dict[Kind, int]
    broken: Kind | None = None
    free: list[int] = field(default_factory=list)
    asked: list[tuple[Kind, datetime]] = field(default_factory=list)

    def forget(self, kind: Kind, before: datetime, now: datetime, after: int = 0) -> Forgotten:
        """One batch of ten rows of a hundred bytes each."""
        self.asked.append((kind, before))
        if kind is self.broken:
            raise StoreError("the disk is full")
        left = self.batches.get(kind, 0)
        self.batches[kind] = max(0, left - 1)
        return Forgotten(rows=10 if left else 0, size=1_000 if left else 0, after=after + 10 if left > 1 else None)

    def give_back(self) -> int:
        """What the next step frees."""
        return self.free.pop() if self.free else 0

    def size(self) -> int:
        """Always as much."""
        return 12_345_678


def budget(seconds: float = 60, ticks: int = 10**6) -> Budget:
    """A budget of so many looks at the clock, a second each."""
    looked = iter(range(ticks))
    return Budget(NOW, seconds, monotonic=lambda: float(next(looked, ticks)) if seconds < 60 else 0.0)


def test_what_was_forgotten_is_told_in_counts_and_bytes() -> None:
    house = House({Kind.TEXTS: 3, Kind.PAGES: 1}, free=[4_096, 8_192])
    report = keep_house(house, Keep(), budget=budget())
    assert report.counts == {
        "pages forgotten": 10,
        "bytes of pages": 1_000,
        "texts forgotten": 30,
        "bytes of texts": 3_000,
        "bytes given back": 12_288,
    }
    assert report.measures == {"megabytes on disk": 12.3}
    assert not report.unfinished


def test_each_kind_is_asked_for_by_its_own_age_and_never_when_it_is_kept_for_ever() -> None:
    house = House({})
    report = keep_house(house, Keep(texts=None, pages=5 * DAY), budget=budget())
    assert dict(house.asked) == {kind: NOW - age for kind in Kind if (age := Keep(texts=None, pages=5 * DAY).of(kind))}
    assert Kind.TEXTS not in dict(house.asked)
    assert (report.counts, report.measures) == ({}, {})


def test_time_ends_it_between_two_batches_and_the_next_run_goes_on() -> None:
    house = House(dict.fromkeys(Kind, 100))
    report = keep_house(house, Keep(), budget=budget(seconds=20))
    assert report.unfinished
    assert 0 < len(house.asked) < 20


def test_one_kind_that_fails_keeps_no_other_from_its_turn() -> None:
    house = House(dict.fromkeys(Kind, 1), broken=Kind.PARAGRAPHS)
    report = keep_house(house, Keep(), budget=budget())
    assert [problem.message for problem in report.problems] == ["the disk is full"]
    assert report.counts["articles forgotten"] == 10
