"""The house's own rules: where things live, how long they are, what they may say."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP_LEVEL = {
    "pipelines", "sensors", "storage", "alert_rules", "tests", "workspace.yaml", "pyproject.toml", "README.md",
    "Makefile", "requirements.lock", ".ci", ".gitignore", "LICENSE", "benchmarks", "docs", "deploy",
    "CONTRIBUTING.md", "CHANGELOG.md", ".github",
}  # fmt: skip
SOURCES = sorted(
    path for top in ("pipelines", "sensors", "storage", "tests", "benchmarks") for path in (ROOT / top).rglob("*.py")
)
NAMES_TO_AVOID = ("manager", "helper", "util", "common", "core", "handler", "processor")


def tracked() -> list[str]:
    """Paths that git tracks, or would."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    return listing.stdout.splitlines()


def test_the_top_level_is_fixed() -> None:
    assert {path.split("/")[0] for path in tracked()} <= TOP_LEVEL


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_stays_short_and_says_what_it_holds(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    limit = 500 if "tests" in path.parts else 300
    if "versions" not in path.parts:
        assert text.count("\n") <= limit, f"{path} is over {limit} lines"
    assert ast.get_docstring(tree), f"{path} does not say what it holds"
    if path.name == "__init__.py":
        assert len(tree.body) == 1, f"{path} is more than a docstring"
    assert not any(word in path.stem for word in NAMES_TO_AVOID), f"{path}: a name that says nothing"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_broad_excepts_live_in_the_steps_alone(path: Path) -> None:
    if path.parent.name == "steps" or path.stem == "doctor" or "tests" in path.parts:
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler) and not _raises_again(node):
            names = ast.unparse(node.type) if node.type else "everything"
            assert names not in {"Exception", "BaseException", "everything"}, f"{path}:{node.lineno}"


def _raises_again(node: ast.ExceptHandler) -> bool:
    """Whether the handler only tidies up, and lets the error go on."""
    return isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None


def test_tests_patch_nothing() -> None:
    word = "mock" + ".patch"
    assert not [path for path in SOURCES if word in path.read_text(encoding="utf-8")]


def test_no_package_index_is_named() -> None:
    words = ("index" + "-url", "extra" + "-index", "files.python" + "hosted")
    for name in tracked():
        if name.endswith((".lock", ".toml", ".md", ".yaml", "Makefile", "run", ".py")) and (ROOT / name).exists():
            text = (ROOT / name).read_text(encoding="utf-8")
            assert not [word for word in words if word in text], name


def test_every_dependency_is_locked_with_a_hash() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [number for number, line in enumerate(lines) if "==" in line and not line.startswith((" ", "#"))]
    assert len(pins) > 50
    for number in pins:
        assert "--hash=sha256:" in lines[number + 1], lines[number]


@pytest.mark.parametrize(
    "heavy",
    ["dagster", "sqlalchemy", "alembic", "trafilatura", "aiohttp", "apprise", "feedparser", "rapidfuzz", "pydantic"],
)
def test_the_overview_loads_nothing_heavy(heavy: str) -> None:
    code = f"import sys, pipelines.cli.app; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
