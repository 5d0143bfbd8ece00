"""One cycle in a process of its own, its clock at the soak's pace; started again and again by `daemon`.

usage: python -m tests.soak.life FOLDER; FOLDER/clock.json holds {origin, pace, jump}: the hour at which the soak began,
how many times faster than the world's its clock goes, and by how many seconds it is wrong just now.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

from pipelines.cycle import Cycle, open_cycle


def clock(folder: Path) -> Callable[[], datetime]:
    """The hour by this life's clock; it is set when the life begins, and may be wrong."""
    told = json.loads((folder / "clock.json").read_text())
    origin, jump = datetime.fromisoformat(told["origin"]), timedelta(seconds=told["jump"])
    return lambda: origin + (datetime.now(UTC) - origin) * told["pace"] + jump


def main(folder: Path) -> None:
    """Do all that is due, and say when the cycle was whole."""
    (folder / "life.pid").write_text(str(os.getpid()))
    with open_cycle(os.environ, folder, clock=clock(folder)) as cycle:
        for _ in chain(cycle.each(), map(Cycle.heartbeat, [cycle])):
            pass
    with (folder / "cycles").open("a") as whole:
        whole.write(f"{datetime.now(UTC).isoformat()}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
