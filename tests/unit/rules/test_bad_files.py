"""The catalogue of bad files: each says its fault at its place, soon and in little memory, and harms no other."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.rules.authoring import LISTS

BAD = Path(__file__).parents[2] / "data" / "rules" / "bad"
GOOD = "version: 1\nrules:\n  - {id: good, any: [Lachin]}\n"
WIDE = "version: 1\nrules:\n  - {id: wide, any: [" + "word, " * 8_000 + "word]}\n"

# What is too large, or too dull, to keep: the bytes of a file of rules, and its fault.
MADE = {
    "over-1-mib": (b"version: 1\nrules:\n  - {id: r, any: [" + b"word, " * 180_000 + b"]}", "1:1: error: over 1 MiB"),
    "depth-100000": (b"[" * 100_000, "1:33: error: nested deeper than 32"),
    "nul-only": (b"\0" * 1_000, "1:1: error: control character U+0000 is not allowed"),
    "utf-32": ("version: 1\n".encode("utf-32"), "1:1: error: not UTF-8"),
    "wide-alias-bomb": (b"a: &a [" + b"x, " * 12_000 + b"x]\nb: [" + b"*a, " * 50_000 + b"]", "1:4: error: `&` starts"),
    "a-hundred-thousand-keys": (b"{" + b"a: 1, " * 100_000 + b"}", "1:602: error: and so on: the rest was not read"),
    "long-key": (b"? " + b"k" * 700_000 + b"\n: 1\n", "1:3: error: unknown key"),
}  # fmt: skip


def expected() -> dict[str, tuple[bytes, str]]:
    """By name: a file's bytes and its fault, which stands in its first line, or in expected.txt where it cannot."""
    lines = (BAD / "expected.txt").read_text(encoding="utf-8").splitlines()
    table = dict(line.split(": ", 1) for line in lines)
    found = dict(MADE)
    for path in sorted([*BAD.glob("*.yaml"), *BAD.glob("*.bin")]):
        raw = path.read_bytes()
        fault = table.pop(path.stem, None) or raw.decode().splitlines()[0].removeprefix("# ")
        found[path.stem] = (raw, fault)
    assert not table, f"no such files: {', '.join(table)}"
    return found


CASES = expected()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What each load says: the bad file beside a good one, as rules or as lists.yaml."""
    folders = {name: tmp_path_factory.mktemp(name[:20]) for name in CASES}
    for name, folder in folders.items():
        (folder / "good.yaml").write_text(GOOD, encoding="utf-8")
        (folder / "lists.yaml").write_text(LISTS, encoding="utf-8")
        (folder / file_of(name)).write_bytes(CASES[name][0])
    child = [sys.executable, "-m", "tests.unit.rules.loading_child", *map(str, folders.values())]
    said = subprocess.run(child, cwd=BAD.parents[3], capture_output=True, text=True, timeout=100)
    assert said.returncode == 0, said.stderr
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    return {
        name: [line.replace(f"{folder}/", "") for line in found]
        for (name, folder), found in zip(folders.items(), lines, strict=True)
    }


def file_of(name: str) -> str:
    return "lists.yaml" if name.startswith("lists-") else "rules.yaml"


def test_the_catalogue_is_large() -> None:
    assert len(list(BAD.glob("*.yaml"))) >= 120


@pytest.mark.parametrize("name", CASES)
def test_a_bad_file_says_what_is_wrong_and_where(name: str, loaded: dict[str, list[str]]) -> None:
    fault = CASES[name][1].replace("{path}", "rules.yaml")
    whole = f"{file_of(name)}:{fault}"
    assert any(line.startswith(whole) if name in MADE else line == whole for line in loaded[name]), loaded[name][:5]


@pytest.mark.parametrize("name", CASES)
def test_the_good_file_beside_it_loads(name: str, loaded: dict[str, list[str]]) -> None:
    assert "rule good" in loaded[name]
    assert not any(line.startswith("good.yaml") for line in loaded[name])


def test_a_byte_order_mark_and_a_large_file_are_no_faults(tmp_path: Path) -> None:
    (tmp_path / "marked.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    (tmp_path / "wide.yaml").write_text(WIDE, encoding="utf-8")
    child = [sys.executable, "-m", "tests.unit.rules.loading_child", str(tmp_path)]
    said = subprocess.run(child, cwd=BAD.parents[3], capture_output=True, text=True, timeout=60)
    assert json.loads(said.stdout) == ["rule good", "rule wide"]
