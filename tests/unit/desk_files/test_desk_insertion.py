"""An item is put into a desk file's list, and nothing beside it changes by a character."""

from pathlib import Path

import pytest

from pipelines.desk_files.insertion import insert_item
from pipelines.desk_files.reading import Data, read
from pipelines.errors import DeskFileError

ITEM: dict[str, Data] = {
    "name": "not: this",
    "article": {"title": "Լաչին “a”", "body": "One.\nTwo."},
    "expect": "no_match",
}
BLOCK = (
    '      - name: "not: this"\n        article:\n          title: "Լաչին “a”"\n'
    '          body: "One.\\nTwo."\n        expect: no_match\n'
)
FLOW = '{name: "not: this", article: {title: "Լաչին “a”", body: "One.\\nTwo."}, expect: no_match}'
FILES = {
    "block items": (
        "rules:\n  - id: a\n    tests:\n      - expect: match\n        # why\n\n  # the next\n  - id: b\n",
        "rules:\n  - id: a\n    tests:\n      - expect: match\n" + BLOCK + "        # why\n\n  # the next\n  - id: b\n",
    ),
    "items in flow style": (
        "rules:\n  - id: a\n    tests:\n      - {expect: match}  # kept\n  - id: b\n",
        "rules:\n  - id: a\n    tests:\n      - {expect: match}  # kept\n" + BLOCK + "  - id: b\n",
    ),
    "a list in flow style": (
        "rules:\n  - id: a\n    tests: [{expect: match}]  # kept\n",
        "rules:\n  - id: a\n    tests: [{expect: match}, " + FLOW + "]  # kept\n",
    ),
    "no list yet": (
        "rules:\n  - id: a\n    any: [x]\n\n  # the next\n  - id: b\n",
        "rules:\n  - id: a\n    any: [x]\n    tests:\n" + BLOCK + "\n  # the next\n  - id: b\n",
    ),
    "a rule in flow style": (
        "rules:\n  - {id: a, any: [x]}\n  - id: b\n",
        "rules:\n  - {id: a, any: [x], tests: [" + FLOW + "]}\n  - id: b\n",
    ),
    "the file's end, without a line break": (
        "rules:\n  - id: a\n    tests:\n      - body: >-\n          # no comment",
        "rules:\n  - id: a\n    tests:\n      - body: >-\n          # no comment\n" + BLOCK,
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_only_the_item_is_new(tmp_path: Path, name: str) -> None:
    before, after = FILES[name]
    path = tmp_path / "rules.yaml"
    path.write_text(before, encoding="utf-8")
    line = insert_item(path, ("rules", 0, "tests"), ITEM)
    assert path.read_text(encoding="utf-8") == after
    tests = read(path).at("rules", 0, "tests")
    assert isinstance(tests, list)
    assert tests[-1] == ITEM
    assert "not: this" in "".join(after.splitlines()[line - 1 : line + 1])


def test_an_empty_list_is_left_to_its_author(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("rules:\n  - id: a\n    tests:\n")
    with pytest.raises(DeskFileError, match="take it out"):
        insert_item(path, ("rules", 0, "tests"), ITEM)
    assert path.read_text() == "rules:\n  - id: a\n    tests:\n"
