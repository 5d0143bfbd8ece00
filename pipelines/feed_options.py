"""How one feed is asked and read, where feeds.yaml says more of it than its address."""

from collections.abc import Mapping
from dataclasses import dataclass

Pairs = tuple[tuple[str, str], ...]
"""Names and their values; unlike a mapping it may be hashed and sent to a worker process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOptions:
    """What holds for a feed and for the pages of its articles."""

    user_agent: str | None = None
    headers: Pairs = ()
    secret_headers: Pairs = ()
    """Header and the NAME of the environment variable that holds its value: the value itself is never kept."""
    keep: tuple[str, ...] = ()
    """CSS selectors: where they meet something on a page, the article's text is looked for nowhere else."""
    drop: tuple[str, ...] = ()
    """CSS selectors: what they meet is no part of the text."""
    full_text: bool = True
    """False where the feed's own words are enough and no page is fetched."""
    links: str | None = None
    """RE2: which links of a plain page lead to articles."""

    @property
    def sent(self) -> Mapping[str, str]:
        """The headers of a request, but for the secret ones."""
        return dict(self.headers) | ({"User-Agent": self.user_agent} if self.user_agent else {})


PLAIN = FeedOptions()
