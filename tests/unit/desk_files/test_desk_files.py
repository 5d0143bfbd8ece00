"""Reading desk files: places, plain words, and nothing but DeskFileError on any bytes."""

import stat
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.desk_files.reading import (
    Day,
    DeskModel,
    Duration,
    Fault,
    Level,
    Written,
    append_items,
    parse_parts,
    read,
    suggest,
)
from pipelines.errors import DeskFileError


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Row(DeskModel):
    id: str
    count: int = 1
    colour: Colour = Colour.RED
    tags: frozenset[str] = frozenset()
    every: Duration = timedelta(0)
    words: tuple[Written, ...] = ()
    day: Day | None = None
    also: bool = False


class Rows(DeskModel):
    version: int
    rows: tuple[Row, ...]


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "file.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def faults_of(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(DeskFileError) as caught:
        read(write(folder, text))
    return [str(fault).removeprefix(f"{folder / 'file.yaml'}:") for fault in caught.value.faults]


def checked(folder: Path, text: str) -> tuple[Rows | None, list[str]]:
    file = read(write(folder, text))
    rows, faults = file.check(Rows)
    return rows, [str(fault).removeprefix(f"{file.path}:") for fault in faults]


def test_a_good_file_becomes_a_record(tmp_path: Path) -> None:
    rows, faults = checked(
        tmp_path,
        "version: 1\nrows:\n"
        "  - {id: a, count: 5, colour: green, tags: [x, y], every: 5m, words: [no, 1915, 012, true, 1.10, 22:00]}\n"
        "  - {id: b, every: 14d, day: 2027-03-01, also: true}\n",
    )
    assert faults == []
    assert rows is not None
    first, second = rows.rows
    assert first.words == ("no", "1915", "012", "true", "1.10", "22:00")
    assert (first.count, first.colour, first.tags, first.every) == (5, Colour.GREEN, {"x", "y"}, timedelta(minutes=5))
    assert (second.every, second.day, second.also) == (timedelta(days=14), date(2027, 3, 1), True)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("{id: 1915}", '3:10: error: expected text, not `1915`; put it in quotes: "1915"'),
        ("{id: true}", '3:10: error: expected text, not `true`; put it in quotes: "true"'),
        ("{id: }", "3:9: error: expected text, not nothing"),
        ("{id: [a]}", "3:10: error: expected text, not a list"),
        ('{id: a, count: "5"}', "3:20: error: expected a whole number, not the text `5`"),
        ("{id: a, count: 1.5}", "3:20: error: expected a whole number, not `1.5`"),
        ("{id: a, count: true}", "3:20: error: expected a whole number, not `true`"),
        ("{id: a, also: yes}", "3:19: error: expected true or false, not the text `yes`"),
        ("{id: a, also: 1}", "3:19: error: expected true or false, not `1`"),
        ("{id: a, colour: gren}", "3:21: error: expected one of red, green, not `gren`; did you mean `green`?"),
        ("{id: a, every: 5x}", "3:20: error: expected a duration such as 30s, 5m, 48h or 14d, not `5x`"),
        ("{id: a, every: 5}", "3:20: error: expected a duration such as 30s, 5m, 48h or 14d, not `5`"),
        ("{id: a, day: 2027-02-30}", "3:18: error: expected a day such as 2027-03-01, not `2027-02-30`"),
        ("{id: a, tags: x}", "3:19: error: expected a list, not `x`: write [x]"),
        ("{id: a, tags: [x, 3]}", '3:23: error: expected text, not `3`; put it in quotes: "3"'),
        ("{id: a, tag: [x]}", "3:13: error: unknown key `tag`; did you mean `tags`?"),
        ("{id: a, zzz: 1}", "3:13: error: unknown key `zzz`; known: also, colour, count, day, every, id, tags, words"),
        ("{count: 2}", "3:5: error: `id` is missing"),
        ("just words", "3:5: error: expected a mapping of names to values, not `just words`"),
    ],
)
def test_faults_say_what_and_where(tmp_path: Path, row: str, expected: str) -> None:
    rows, faults = checked(tmp_path, f"version: 1\nrows:\n  - {row}\n")
    assert rows is None
    assert expected in faults


def test_parts_with_a_flaw_harm_no_other_part(tmp_path: Path) -> None:
    path = write(tmp_path, "rows:\n  - {id: a, id: b}\n  - {id: c}\n")
    file = parse_parts(path, path.read_bytes())
    assert file.data == {"rows": [{"id": "a"}, {"id": "c"}]}
    assert [fault.column for fault in file.flaws_in("rows", 0)] == [13]
    assert file.flaws_in("rows", 1) == []
    assert file.place("rows", 0, "id") == (2, 10)
    with pytest.raises(DeskFileError):
        read(path)


def test_every_fault_is_told_in_file_order(tmp_path: Path) -> None:
    _, faults = checked(tmp_path, "rows:\n  - {idd: a}\n  - {id: 3, colour: x}\nversion: x\n")
    assert [fault.split(": ")[0] for fault in faults] == ["2:5", "2:6", "3:10", "3:21", "4:10"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", ["3:1: error: `a` is there twice; first on line 1"]),
        ("a: {b: 1, b: 2}", ["1:11: error: `b` is there twice; first on line 1"]),
        ("a: &x 1\nb: *x", ["1:4: error: `&` starts an anchor", "2:4: error: `*` starts an alias"]),
        ("a: {}\nb:\n  <<: {c: 1}", ["3:3: error: merge keys (<<) are not used here"]),
        ("a: !!str 1", ["1:4: error: `!` starts a tag"]),
        ("%YAML 1.1\n---\na: 1", ["2:1: error: directives (%) are not used here"]),
        ("a: 1\n---\na: 2", ["2:1: error: a second document: one file holds one"]),
        ("a:\n\tb: 1", ["2:1: error: not YAML: a tab stands where only spaces may"]),
        ("a: [1, 2\nb: 3", ["2:2: error: not YAML: a comma or the closing `]` is missing before this (it"]),
        ("a: [1, 2\n", ["1:4: error: not YAML: the `]` that closes this is missing"]),
        ("a: [C #1, 2]\n", ["1:4: error: not YAML: the `]` that closes this is missing; ` #` begins a comment"]),
        ("a: {b: 1\n", ["1:4: error: not YAML: the `}` that closes this is missing"]),
        ("b: 1\na: 'it\n", ["2:4: error: not YAML: the quote mark that closes this is missing"]),
        ("a: @x", ["1:4: error: not YAML: no text begins so: put it in quotes"]),
        ("a: [b,,c]", ["1:7: error: not YAML: a comma too many"]),
        ("a: [}", ["1:5: error: not YAML: a text or a value is missing before this"]),
        ("a: [* b]", ["1:6: error: not YAML: `*` and `&` have a meaning of their own"]),
        ("{a: 1}\nb: 2", ["2:1: error: not YAML: the file ends before this: begin it in the column of the first key"]),
        ("a: - b", ["1:4: error: not YAML: the `- ` of a list begins on a line of its own"]),
        ('a: "\\d+"', ["1:6: error: not YAML: in double quotes a backslash is special: use single quotes"]),
        ("a: 1\nb\nc: 2", ["3:1: error: not YAML: a key, a `:` and a space are due before this"]),
        ("a: b: c", ["1:5: error: not YAML: a `:` cannot stand here"]),
        ("? [a]\n: 3", ["1:3: error: a key must be a word"]),
        (": 3", ["1:1: error: a key must be a word"]),
        (b"a: b\nc: \xff", ["2:4: error: not UTF-8"]),
        ("a: b\0", ["1:5: error: control character U+0000 is not allowed"]),
        ('a: "\\0"', ["1:4: error: an escape here stands for a character that no text may hold"]),
        ('{"\\ud800\\udc00": b}', ["1:2: error: an escape here stands for a character that no text may hold"]),
        ('a: "\\ud800"', ["1:4: error: an escape here stands for a character that no text may hold"]),
        ('a: "\\UFFFFFFFF"', ["1:5: error: `\\UFFFFFFFF` stands for a character that there is not"]),
        ("[" * 5000, ["1:33: error: nested deeper than 32"]),
        ("- " * 40 + "a", ["1:65: error: nested deeper than 32"]),
        ("a: " + "x" * (1 << 20), ["1:1: error: over 1 MiB"]),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str | bytes, expected: list[str]) -> None:
    found = faults_of(tmp_path, text)
    assert len(found) == len(expected)
    assert all(fault.startswith(beginning) for fault, beginning in zip(found, expected, strict=True)), found


def test_an_alias_bomb_is_refused_at_once(tmp_path: Path) -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 30))
    assert "starts an anchor" in faults_of(tmp_path, "l0: &l0 [x]\n" + levels)[0]


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DeskFileError, match=r"none\.yaml:1:1: error: cannot read: No such file"):
        read(tmp_path / "none.yaml")
    with pytest.raises(DeskFileError, match="cannot read"):
        read(Path("a\0b"))


@pytest.mark.parametrize(("text", "data"), [("", None), ("# only a comment\n", None), ("\ufeffa: 1\r\n", {"a": 1})])
def test_empty_files_and_byte_order_marks_are_read(tmp_path: Path, text: str, data: object) -> None:
    assert read(write(tmp_path, text)).data == data


def test_places_of_values_keys_and_missing_parts(tmp_path: Path) -> None:
    file = read(write(tmp_path, "a:\n  - b: {c: d}\n"))
    assert file.place("a", 0, "b", "c") == (2, 12)
    assert file.place("a", 0, "b", "c", key=True) == (2, 9)
    assert file.place("a", 0, "nothing", "there") == (2, 5)
    assert file.at("a", 0, "b", "c") == "d"
    assert file.at("a", 7, "b") is None
    assert str(file.fault(["a"], "look", Level.WARNING)) == f"{file.path}:2:3: warning: look"


@pytest.mark.parametrize(
    ("text", "needle", "place"),
    [
        ("when: ab and cd\n", "cd", (1, 14)),
        ("when: 'ab and cd'\n", "cd", (1, 15)),
        ("when: >\n  ab\n  and\n    cd or e\n", "cd", (4, 5)),
        ("when: |2\n  ab\n  cd\n", "cd", (3, 3)),
        ("when: ab\n  and\n  cd\n", "cd", (3, 3)),
    ],
)
def test_places_inside_a_text(tmp_path: Path, text: str, needle: str, place: tuple[int, int]) -> None:
    file = read(write(tmp_path, text))
    value = file.at("when")
    assert isinstance(value, str)
    assert file.place_in(["when"], value.index(needle)) == place


def test_a_message_is_one_line() -> None:
    assert str(Fault(Path("f"), 1, 2, "a\nb")) == "f:1:2: error: a b"


def test_suggestions() -> None:
    assert suggest("tag", ["tags", "id"]) == "; did you mean `tags`?"
    assert suggest("zzz", ["tags", "id"]) == ""


ITEM = {"id": "cé", "tags": ["x", "no", "012", "true"], "url": "https://x/"}


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        ("version: 1\nrows: # here\n  - {id: a, n: 5}   # one\n  # two\n  - {id: b, t: ['y', \"z\"]}\n# end\n", True),
        ("version: 1\nrows:\n- id: a   # one\n  t: 012\n", True),
        ("# top\nrows: []\n", False),
        ("# top\nversion: 1\n", False),
    ],
)
def test_appending_keeps_the_rest(tmp_path: Path, before: str, kept: bool) -> None:
    path = write(tmp_path, before)
    path.chmod(0o640)
    old = read(path).data
    append_items(path, "rows", [ITEM])
    after = path.read_text(encoding="utf-8")
    if kept:
        assert all(line in after.splitlines() for line in before.splitlines())
    assert isinstance(old, dict)
    rows = old.get("rows") or []
    assert isinstance(rows, list)
    assert read(path).data == {**old, "rows": [*rows, ITEM]}
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["file.yaml"]


def test_appending_where_it_cannot_be_leaves_the_file_alone(tmp_path: Path) -> None:
    path = write(tmp_path, "rows: word\n")
    with pytest.raises(DeskFileError, match="is not a list"):
        append_items(path, "rows", [ITEM])
    assert path.read_text(encoding="utf-8") == "rows: word\n"


_PIECES = [
    *"ab:[]{},!|>'\"\\#%1é@`~\ufeff \n\t\r\x85\u2028",
    "&x",
    "*x",
    "---",
    "...",
    "<<",
    "\\U",
    "\\x",
    "  ",
    "- ",
    "? ",
]
SNIPPETS = st.lists(st.sampled_from(_PIECES), max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400, deadline=None)
@given(st.one_of(st.binary(max_size=60), SNIPPETS.map(lambda pieces: "".join(pieces).encode())))
def test_any_bytes_are_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    faults: tuple[object, ...] = ()
    try:
        file = read(write(tmp_path, raw))
        faults = tuple(file.check(Rows)[1])
    except DeskFileError as error:
        faults = error.faults
    assert faults
    assert all(isinstance(fault, Fault) and fault.line >= 1 and fault.column >= 1 for fault in faults)
