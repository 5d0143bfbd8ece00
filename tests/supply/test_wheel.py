"""Building the wheel twice gives the same bytes, and all that the product loads is in it."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ("pyproject.toml", "README.md", "LICENSE", ".gitignore")
PACKAGES = ("pipelines", "sensors", "storage")


def build(folder: Path, age: float) -> Path:
    """The wheel built from a copy of the sources whose files were all written `age` seconds ago."""
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in folder.rglob("*"):
        os.utime(path, (time.time() - age,) * 2)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder / "out"],
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1760000000", "TZ": "Asia/Yerevan" if age else "UTC"},
        check=True,
        capture_output=True,
    )
    (wheel,) = (folder / "out").iterdir()
    return wheel


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two wheels from two folders, their files a day apart."""
    return build(tmp_path_factory.mktemp("first") / "a", 0), build(tmp_path_factory.mktemp("second") / "b", 86_400)


def test_two_builds_give_the_same_bytes(wheels: tuple[Path, Path]) -> None:
    first, second = (hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels)
    assert first == second


def test_the_wheel_holds_every_source_file(wheels: tuple[Path, Path]) -> None:
    held = {name for name in zipfile.ZipFile(wheels[0]).namelist() if ".dist-info/" not in name}
    files = (path for name in PACKAGES for path in (ROOT / name).rglob("*") if path.is_file())
    assert held == {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}
