"""`links` of feeds.yaml: which addresses are articles'; one of the two files that import re2."""

from functools import lru_cache
from typing import Protocol

import re2  # type: ignore[import-untyped]  # ships no types

LONGEST_PATTERN = 500


class Pattern(Protocol):
    """A compiled pattern."""

    def search(self, text: str) -> object:
        """Where it meets the text, else None."""
        ...


@lru_cache(maxsize=1_000)
def link_pattern(written: str) -> Pattern:
    """The pattern compiled: RE2 syntax, met anywhere in a link's whole address. Raises ValueError in plain words."""
    if not written.strip() or len(written) > LONGEST_PATTERN:
        raise ValueError(f"expected a pattern of 1 to {LONGEST_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        compiled: Pattern = re2.compile(written, options=options)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"not a pattern in RE2's syntax: {said}") from error
    if compiled.search("") is not None:
        raise ValueError("this pattern meets every address: say what the addresses of articles have in common")
    return compiled
