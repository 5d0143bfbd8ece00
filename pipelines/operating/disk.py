"""The disk: how full it is, what that asks for, and the one word to the operator that needs no database.

Writing down an alert takes a few kilobytes, fetching the day's pages many megabytes: what is left of a disk that is
all but full is kept for delivering. A database that cannot grow can store no notice, so this one goes straight to the
operator's receiver, and what was told stands in a file that is only ever written over.
"""

import logging
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pipelines.errors import WirewatchError, shown

log = logging.getLogger(__name__)

MARK = "disk"
ROOM_TO_SPARE = 1.2
"""What was too little is enough again a fifth above, so that a disk at the edge is not told of each minute."""


class Fill(StrEnum):
    """How a disk stands."""

    WELL = "well"
    LOW = "low"
    """The operator is told."""
    FULL = "full"
    """Nothing more is fetched; what is known is delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Bytes of a file system: those free for us, and all."""

    free: int
    total: int

    @property
    def percent(self) -> float:
        """Free, of 100."""
        return 100 * self.free / self.total if self.total else 0.0

    def __str__(self) -> str:
        return f"{self.percent:.1f} % free ({_size(self.free)} of {_size(self.total)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Percent free below which the operator is told, and below which fetching rests."""

    warn: float = 10.0
    stop: float = 2.0


class Disks(Protocol):
    """Where free space is asked for."""

    def __call__(self, path: Path) -> Space:
        """That of the file system that holds `path`, or would."""
        ...


def space_of(path: Path) -> Space:
    """That of the real file system; of the nearest folder above where `path` is not there yet."""
    there = next(one for one in (path, *path.absolute().parents) if one.exists())
    usage = shutil.disk_usage(there)
    return Space(free=usage.free, total=usage.total)


def fullest(disks: Disks, paths: Iterable[Path]) -> tuple[Path, Space]:
    """The path whose disk has the least share free."""
    return min(((path, disks(path)) for path in paths), key=lambda found: found[1].percent)


def fill(percent: float, before: Fill, limits: Limits) -> Fill:
    """How a disk with so much free stands that stood `before` so: getting well takes more room than falling ill did."""
    stop = limits.stop * (ROOM_TO_SPARE if before is Fill.FULL else 1)
    warn = limits.warn * (1 if before is Fill.WELL else ROOM_TO_SPARE)
    if percent < stop:
        return Fill.FULL
    return Fill.LOW if percent < warn else Fill.WELL


def look(home: Path, place: Path, space: Space, limits: Limits, tell: Callable[[str, list[str], str], None]) -> Fill:
    """How the disk stands; what changed since the last look is told by `tell(title, lines, key)`, once.

    A word that does not get through is tried again with the next look.
    """
    if not (home / MARK).exists():
        _mark(home, Fill.WELL)
    before = marked(home)
    now = fill(space.percent, before, limits)
    if now is before or not _mark(home, now):
        return now
    try:
        tell(*words(now, place, space, limits))
    except WirewatchError as error:
        log.error("the operator could not be told of the disk: %s", shown(error))
        _mark(home, before)
    return now


def words(now: Fill, place: Path, space: Space, limits: Limits) -> tuple[str, list[str], str]:
    """Title, lines and key of what the operator hears of a disk that came to stand so."""
    found = f"{place}: {space}."
    anyway = "what was found is delivered all the same."
    advice = "What takes the room: wirewatch status, and docs/operating.md, Disk."
    if now is Fill.FULL:
        title = "the disk is full: fetching rests"
        lines = [
            found,
            f"Below {limits.stop:g} % nothing is fetched; {anyway}",
            advice,
        ]
    elif now is Fill.LOW:
        title = "the disk is getting full"
        lines = [found, f"At {limits.stop:g} % fetching will rest; {anyway}", advice]
    else:
        title, lines = (
            "the disk has room again",
            [found, "Feeds are fetched as ever; what they still list is not lost."],
        )
    return title, lines, f"disk-{now}-{space.free}"


def marked(home: Path) -> Fill:
    """How the operator was last told that the disk stands."""
    try:
        return Fill((home / MARK).read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return Fill.WELL


def _mark(home: Path, state: Fill) -> bool:
    """Write over the mark in place, as long as ever: a full disk has room for that."""
    path = home / MARK
    try:
        with path.open("r+b" if path.exists() else "wb") as mark:
            mark.write(f"{state:<8}\n".encode("ascii"))
    except OSError as error:
        log.error("cannot write %s, so nobody is told that the disk is %s: %s", path, state, error.strerror)
        return False
    return True


def _size(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"
