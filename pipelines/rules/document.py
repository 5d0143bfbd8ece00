"""An article as rules see it: the words of its fields, and where the lead overlaps the body."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.model import Content
from pipelines.states import Field
from pipelines.text import Words, words

LEAST_OVERLAP = 6
"""Words that lead and body must share, from the lead's beginning, to be one text: fewer may be chance."""


@dataclass(frozen=True, slots=True)
class Document:
    """The words of each field; `shared` words at the lead's beginning are the body's from `body_from` on.

    Without a lead of its own an article's lead is the body's first paragraph: all of it is shared, and the field
    is empty.
    """

    fields: dict[Field, Words]
    body_from: int
    shared: int
    own_lead: bool


def read_document(content: Content) -> Document:
    """The article's words; each field is split by itself, so that no phrase crosses its edge."""
    title, body = words(content.title), words(content.searched_body)
    if not content.lead:
        lead, opening = words(""), _opening(content.searched_body)
        shared = sum(end <= opening for end in body.ends)
        return Document({Field.TITLE: title, Field.LEAD: lead, Field.BODY: body}, 0, shared, own_lead=False)
    lead = words(content.lead)
    body_from, shared = _overlap(lead.folded, body.folded)
    return Document({Field.TITLE: title, Field.LEAD: lead, Field.BODY: body}, body_from, shared, own_lead=True)


def _opening(body: str) -> int:
    """Where the first paragraph ends: at an empty line where there are any, else at the first line break."""
    start = len(body) - len(body.lstrip())
    blank = body.find("\n\n", start)
    end = blank if blank >= 0 else body.find("\n", start)
    return end if end >= 0 else len(body)


def _overlap(lead: Sequence[str], body: Sequence[str]) -> tuple[int, int]:
    """Where in the body the lead's beginning stands, and how many of its words; (0, 0) where it does not."""
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
