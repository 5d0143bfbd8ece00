"""The catalogue is whole, and names tests that are there; `make faults` looks at the cases of each."""

import ast
from pathlib import Path

import pytest

from tests.faults.catalogue import CATALOGUE

TESTS = Path(__file__).parents[1]


def test_each_case_of_the_design_is_in_it() -> None:
    assert list(CATALOGUE) == list(range(1, 86))


@pytest.mark.parametrize("number", CATALOGUE)
def test_the_tests_that_it_names_are_there(number: int) -> None:
    assert CATALOGUE[number].tests
    for named in CATALOGUE[number].tests:
        file, _, rest = named.partition("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        tests = [one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name[:5] == "test_"]
        assert any(one.startswith(rest.partition("[")[0]) for one in tests), named
