"""A digest's facts as JSON, and back."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pipelines.digests.records import Facts, Told

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def written(facts: Facts) -> Told:
    """The facts as JSON keeps them."""
    told: dict[str, Any] = _adapter().dump_python(facts, mode="json")
    return told


def read(told: Told) -> Facts:
    """The facts that were written."""
    return _adapter().validate_python(told)


@lru_cache
def _adapter() -> "TypeAdapter[Facts]":
    from pydantic import TypeAdapter  # loaded only when there is a digest: an idle cycle stays cheap

    return TypeAdapter(Facts)
