"""A short run of each fuzz target with a seed of its own, the same each time."""

import pytest

from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_a_short_run_finds_nothing(name: str) -> None:
    TARGETS[name].run(25, 1)
