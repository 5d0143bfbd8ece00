"""Starts a cycle as soon as the one before is over, for ever; what a life said at its end goes to FOLDER/log.

usage: python -m tests.soak.daemon FOLDER. Killed, it leaves its cycle to end by itself, beside the next daemon's first.
"""

import subprocess
import sys
import time
from pathlib import Path

REST = 0.5  # seconds between two cycles


def main(folder: Path) -> None:
    """Go on until killed."""
    with (folder / "log").open("a") as log:
        while True:
            life = [sys.executable, "-W", "ignore", "-m", "tests.soak.life", str(folder)]
            subprocess.run(life, stdout=log, stderr=log, start_new_session=True)
            time.sleep(REST)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
