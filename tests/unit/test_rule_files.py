"""How rule files fare, file by file."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipelines.rule_files import EVERY_FILE, check_name, check_rule_files, questions

GOOD = "version: 1\nrules:\n  - {id: a, any: [abc], tests: [{article: {title: abc}, expect: match}]}\n"


def test_each_file_is_answered_for(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(GOOD.replace("id: a", "id: b").replace("title: abc", "title: x"))
    (tmp_path / "lists.yaml").write_text("version: 1\nlists: {}\n")
    assert questions(tmp_path) == (("bad", "bad.yaml"), ("desk__good", "desk/good.yaml"), ("lists", "lists.yaml"))
    checks = {one.name: one for one in check_rule_files(tmp_path, tmp_path / "kept")}
    assert {name: one.passed for name, one in checks.items()} == {
        "bad": False,
        "desk__good": True,
        "lists": True,
        EVERY_FILE: False,
    }
    assert checks["desk__good"].detail == "nothing is wrong; rules: 1, tests passed: 1"
    assert checks["bad"].detail.startswith(f"{tmp_path}/bad.yaml:3:")
    assert "test fails: expected match, not no_match" in checks["bad"].detail
    assert (checks["bad"].number, checks[EVERY_FILE].number) == (1, 1)


def test_what_was_found_without_fault_is_told_the_same_from_what_is_kept(tmp_path: Path) -> None:
    desk, kept = tmp_path / "desk", tmp_path / "kept"
    desk.mkdir()
    (desk / "good.yaml").write_text(GOOD)
    first = check_rule_files(desk, kept)
    assert len(list(kept.iterdir())) == 1
    assert check_rule_files(desk, kept) == first
    (desk / "good.yaml").write_text(GOOD.replace("title: abc", "title: x"))
    for _ in range(2):  # a fault is kept by nobody
        assert [one.passed for one in check_rule_files(desk, kept)] == [False, False]
    (desk / "good.yaml").write_text(GOOD)
    assert check_rule_files(desk, kept) == first


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    [every] = check_rule_files(tmp_path / "nowhere", tmp_path / "kept")
    assert (every.name, every.passed) == (EVERY_FILE, False)
    assert questions(tmp_path / "nowhere") == ()


parts = st.text(alphabet="ab-_.x я", min_size=1, max_size=6).filter(lambda part: part.strip(". "))


@given(st.lists(st.lists(parts, min_size=1, max_size=3).map("/".join), unique=True, max_size=9))
def test_names_are_plain_and_no_two_files_share_one(names: list[str]) -> None:
    desk = Path("/desk")
    paths = {(desk / f"{name}.yaml").relative_to(desk) for name in names}
    made = [check_name(desk / path, desk) for path in paths]
    assert len(set(made)) == len(paths)
    assert all(name.isascii() and name.replace("_", "a").isalnum() for name in made)
