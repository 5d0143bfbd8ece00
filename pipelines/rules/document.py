"""An article as rules see it: the words of its fields, and where the lead overlaps the body."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from pipelines.model import Content
from pipelines.states import Field
from pipelines.text import words

LEAST_OVERLAP = 6
"""Words that lead and body must share, from the lead's beginning, to be one text: fewer may be chance."""

FIELDS = tuple(Field)
TITLE, LEAD, BODY = range(3)
TEXT = 3
"""How many fields are the text: the first ones."""
APART = "\n\n"
"""Between two authors or two tags: no phrase crosses it."""


class Document:
    """The words of each field, in the order of FIELDS; each is split by itself, so that no phrase crosses its edge.

    Without a lead of its own an article's lead is the body's first paragraph: the field is empty.
    """

    def __init__(self, content: Content, *, whole: bool = False) -> None:
        self._body = content.searched_body
        self.own_lead = bool(content.lead)
        self.whole = whole
        """True where the fields beside the text are there too: few rules ask for them."""
        text = words(content.title), words(content.lead), words(self._body)
        self.words = (*text, *map(words, _beside(content))) if whole else text

    @property
    def shared(self) -> int:
        """How many words at the lead's beginning are the body's."""
        return self._overlap[1]

    def shares(self, first: int, last: int) -> bool:
        """Whether words [first, last] of the body are the lead's."""
        start, shared = self._overlap
        return start <= first and last < start + shared

    @cached_property
    def _overlap(self) -> tuple[int, int]:
        """Where in the body the lead stands, and how many of its words; (0, 0) where it does not."""
        body = self.words[BODY]
        if self.own_lead:
            return _overlap(self.words[LEAD].folded, body.folded)
        return 0, bisect_right(body.ends, _opening(self._body))


def _beside(content: Content) -> tuple[str, ...]:
    """The fields after the body, in the order of FIELDS."""
    about = content.about
    return about.url, APART.join(content.authors), APART.join(sorted(about.tags)), about.source


def _opening(body: str) -> int:
    """Where the first paragraph ends: at an empty line where there are any, else at the first line break."""
    start = len(body) - len(body.lstrip())
    blank = body.find("\n\n", start)
    end = blank if blank >= 0 else body.find("\n", start)
    return end if end >= 0 else len(body)


def _overlap(lead: Sequence[str], body: Sequence[str]) -> tuple[int, int]:
    head = list(lead[:LEAST_OVERLAP])
    start = 0
    while head:
        try:
            start = body.index(head[0], start)
        except ValueError:
            break
        if list(body[start : start + len(head)]) == head:
            length = len(head)
            while length < min(len(lead), len(body) - start) and lead[length] == body[start + length]:
                length += 1
            return start, length
        start += 1
    return 0, 0
