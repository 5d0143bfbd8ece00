"""The documentation tells the truth: what it shows is run, its pages build without a warning, its links lead somewhere.

A block marked `console` is typed into a shell, line by line: what it shows as answered must be answered, with `…` for
anything. A block whose first line is a comment with a path is written to that file first, as the reader would.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^(?:# |<!-- )([\w./-]+)(?: -->)?\n")
MADE = re.compile(r"^(make|git clone) ")  # what continuous integration does itself, with a test for each target


@dataclass
class Typed:
    """One command of a page, and the lines that the page shows as its answer."""

    command: str
    shown: list[str]


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """Language and text of each block."""
    for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
        yield found[1], found[2]


def typed(block: str) -> list[Typed]:
    """The commands of a console block; `> ` goes on with the line before."""
    commands: list[Typed] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append(Typed(line[2:], []))
        elif line.startswith("> "):
            commands[-1].command += f"\n{line[2:]}"
        else:
            commands[-1].shown.append(line)
    return commands


class Shell:
    """A reader's shell: what is set, started and changed in it stays until the page ends."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._shell = subprocess.Popen(
            ["bash", "-m"], cwd=folder, env=environment, text=True, bufsize=1, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.type("true")  # what bash says of having no terminal is no answer to anything

    def type(self, command: str) -> tuple[int, str]:
        """Exit code and answer."""
        assert self._shell.stdin
        assert self._shell.stdout
        self._shell.stdin.write(f'{command}\necho "--- $? ---"\n')
        answer = ""
        for line in self._shell.stdout:
            if ended := re.search(r"^(.*)--- (\d+) ---$", line, re.DOTALL):
                return int(ended[2]), answer + ended[1]
            answer += line
        raise AssertionError(f"the shell ended at: {command}")

    def end(self) -> None:
        """End it and whatever was started in it."""
        assert self._shell.stdin
        assert self._shell.stdout
        self._shell.stdin.write("kill $(jobs -p) 2>/dev/null; exit\n")
        self._shell.stdin.close()
        try:
            self._shell.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self._shell.pid, signal.SIGKILL)
            self._shell.wait()
        self._shell.stdout.close()


def play(page: Path, folder: Path, environment: dict[str, str]) -> int:
    """Do what the page says, in this folder; the number of commands typed."""
    shell, count = Shell(folder, environment), 0
    where = folder
    try:
        for language, block in blocks(page):
            if file := FILE.match(block):
                path = where / file[1]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block if language == "yaml" else block[file.end() :], encoding="utf-8")
            elif language == "console":
                for each in typed(block):
                    if MADE.match(each.command):
                        continue
                    code, answer = shell.type(each.command)
                    assert code == 0, f"{page.name}: {each.command}\n{answer}"
                    assert answered(each.shown, answer), f"{page.name}: {each.command}\n{answer}"
                    count += 1
                where = Path(shell.type("pwd")[1].strip())
    finally:
        shell.end()
    return count


def answered(shown: list[str], answer: str) -> bool:
    """Whether the lines shown were answered in this order; `…` stands for anything, on a line of its own for lines."""
    pattern = "".join(
        r"(?:.*\n)*" if line == "…" else r".*".join(re.escape(part.strip()) for part in line.split("…")) + r"\s*\n"
        for line in shown
    )
    plain = "\n".join(re.sub(r"\s+", " ", line).strip() for line in answer.splitlines()) + "\n"
    return re.fullmatch(re.sub(r"(?:\\ )+", r"\\s+", pattern), plain) is not None if shown else True


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """As after `source .venv/bin/activate`, and nothing of ours set."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(("WIREWATCH_", "DAGSTER_"))}
    return inherited | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "USER": "nino", "COLUMNS": "200"}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder in which `.venv` is this environment."""
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    return tmp_path


def test_the_tutorial_ends_with_an_alert(clone: Path, environment: dict[str, str]) -> None:
    assert play(ROOT / "docs" / "tutorial.md", clone, environment) >= 15


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    """An installation in which the demo's two cycles have run."""
    folder = tmp_path_factory.mktemp("guides") / "desk"
    done = subprocess.run(
        ["wirewatch", "demo", "--keep", str(folder)], cwd=folder.parent, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", ["desk.md", "operators.md", "operating.md", "reference/filters.md"])
def test_the_guides_commands_do_what_they_say(demo: Path, environment: dict[str, str], name: str) -> None:
    assert play(ROOT / "docs" / name, demo, environment | {"WIREWATCH_HOME": str(demo / "home")}) >= 3


def test_every_console_block_is_run_by_a_test() -> None:
    played = {"tutorial.md", "desk.md", "operators.md", "operating.md", "reference/filters.md"}
    shows = {
        str(page.relative_to(ROOT / "docs")) for page in PAGES if any(kind == "console" for kind, _ in blocks(page))
    }
    assert shows <= played


def test_the_reference_says_what_the_code_says() -> None:
    done = subprocess.run([sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_pages_build_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-n", "docs", str(tmp_path / "html")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "<h1>" in (tmp_path / "html" / "tutorial.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "page",
    [*PAGES, *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "alert_rules/README.md"))],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    local = [target.split("#")[0] for target in targets if "://" not in target]
    assert [target for target in local if target and not (page.parent / target).exists()] == []


def test_every_target_that_a_page_makes_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    texts = "".join(page.read_text(encoding="utf-8") for page in (*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"))
    named = set(re.findall(r"(?:`|^\$ |^)make ([a-z]+)", texts, re.MULTILINE))
    assert {name for name in named if f"\n{name}:" not in makefile} == set()
    assert {"demo", "test", "check"} <= named
