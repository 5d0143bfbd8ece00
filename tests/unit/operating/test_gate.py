"""Who is at work, who is alone, and that a dead process keeps nobody out."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pipelines.errors import Shut
from pipelines.operating.gate import alone, is_shut, is_working, working


def test_many_work_side_by_side_and_one_alone(tmp_path: Path) -> None:
    with working(tmp_path), working(tmp_path):
        assert is_working(tmp_path)
        assert not is_shut(tmp_path)
    assert not is_working(tmp_path)
    with alone(tmp_path, 0):
        assert is_shut(tmp_path)
        with pytest.raises(Shut, match="an upgrade or a restore is going on"), working(tmp_path):
            pass
        with pytest.raises(Shut, match="another upgrade"), alone(tmp_path, 0):
            pass
    with working(tmp_path):
        pass


def test_who_wants_to_be_alone_waits_for_the_work_and_lets_no_more_in(tmp_path: Path) -> None:
    waiting, done = threading.Event(), threading.Event()

    def upgrade() -> None:
        with alone(tmp_path, 60, waiting.set):
            done.set()

    with working(tmp_path):
        thread = threading.Thread(target=upgrade)
        thread.start()
        assert waiting.wait(30)
        assert not done.is_set()
        with pytest.raises(Shut), working(tmp_path):
            pass
    thread.join(30)
    assert done.is_set()
    with working(tmp_path):
        pass


def test_too_long_a_wait_opens_the_gate_again(tmp_path: Path) -> None:
    with working(tmp_path):
        with pytest.raises(Shut, match="nothing was changed"), alone(tmp_path, 0.1):
            pass
        with working(tmp_path):
            pass


def test_a_killed_process_keeps_nobody_out(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from pipelines.operating.gate import alone\n"
        "with alone(Path(sys.argv[1]), 0): os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], timeout=60).returncode == -9
    with working(tmp_path):
        pass


def test_looking_makes_nothing(tmp_path: Path) -> None:
    assert not is_shut(tmp_path / "home")
    assert not is_working(tmp_path / "home")
    assert not list(tmp_path.iterdir())
