"""What is compared: an article's words, as they are folded, without what outlets and agencies put around them; pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipelines.dedup.folded import AT_ONCE, Folded, fold_all, letters_before, signs
from pipelines.dedup.lately import Lately
from pipelines.dedup.weekdays import weekdays_in
from pipelines.dedup.wire_marks import clean_title, without_credits
from pipelines.model import Content
from pipelines.passages import without
from pipelines.states import PassageKind

FEW_WORDS = 8
"""A text of fewer words says too little alone: its title is read with it."""

NOT_ITS_OWN = (PassageKind.CAPTION, PassageKind.APPEAL, PassageKind.BACKGROUND)
OWN = 0.3
"""Of the words: where less would be left, and few words at that, that kind of passage stays in."""

LONGEST = 100_000
"""Characters compared; no text may take seconds to compare."""


@dataclass(frozen=True)  # without slots: columns are worked out when they are first asked for
class Prepared:
    """An article as it is compared."""

    heading: str
    """The title's words, one blank between."""
    line: str
    """The text's."""
    sentences: tuple[int, ...]
    """Where in `words` sentences begin, the first (0) included."""
    paragraphs: tuple[int, ...]
    """The same of paragraphs."""

    @cached_property
    def title(self) -> tuple[str, ...]:
        """The words of the title."""
        return tuple(self.heading.split())

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the text."""
        return tuple(self.line.split())

    @cached_property
    def places(self) -> tuple[int, ...]:
        """How many letters and digits stand before each word, and before the end."""
        return letters_before(self.line)

    @cached_property
    def days(self) -> frozenset[int]:
        """The days of the week that title and text name."""
        return weekdays_in(self.heading, self.line)

    @cached_property
    def letters(self) -> int:
        """Letters and digits of all words together."""
        return len(self.line) - self.line.count(" ")


def _prepared(contents: Sequence[Content]) -> list[Prepared]:
    parts = [(clean_title(content.title), without_credits(_own_text(content)[:LONGEST])) for content in contents]
    return [_enough(content, folded) for content, folded in zip(contents, fold_all(parts), strict=True)]


prepare = Lately(_prepared, size=4096, at_once=AT_ONCE)
"""The folded words of a text: the body, else the lead; with the title where these are next to nothing."""


def _enough(content: Content, folded: Folded) -> Prepared:
    if folded.line.count(" ") + 1 >= FEW_WORDS:
        return Prepared(folded.heading, folded.line, folded.sentences, folded.paragraphs)
    line = f"{folded.heading} {folded.line}".strip()
    if not line:  # signs only, which no desk sends on purpose: as they stand
        line = signs("".join((content.title, content.lead, content.body)))
    return Prepared(folded.heading, line, (0,), (0,))


def _own_text(content: Content) -> str:
    """The body without what is marked as not this article's; the lead where there is no body."""
    body = content.body
    for kind in NOT_ITS_OWN if content.passages else ():
        shorter = without(body, content.passages, kind)
        body = shorter if len(shorter.split()) >= min(FEW_WORDS, OWN * len(content.body.split())) else body
    return body if body.strip() else content.lead


def leave_out(prepared: Prepared, gone: Collection[int]) -> Prepared:
    """The same without the paragraphs of these numbers, counted from 0."""
    ends = (*prepared.paragraphs[1:], len(prepared.words))
    words: list[str] = []
    sentences, paragraphs = [0], [0]
    for number, (begin, end) in enumerate(zip(prepared.paragraphs, ends, strict=True)):
        if number in gone:
            continue
        sentences += [len(words) + one - begin for one in prepared.sentences if begin <= one < end]
        paragraphs.append(len(words))
        words += prepared.words[begin:end]
    starts = [tuple(sorted({one for one in some if one < max(1, len(words))})) for some in (sentences, paragraphs)]
    return Prepared(prepared.heading, " ".join(words), starts[0], starts[1])
