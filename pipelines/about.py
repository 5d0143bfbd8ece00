"""What is known of an article besides its text; imports the standard library only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What rules may look at besides the text, where a group asks for it; filled where rules are asked."""

    url: str = ""
    source: str = ""
    """The outlet's name."""
    tags: frozenset[str] = frozenset()


NOTHING_KNOWN = About()
