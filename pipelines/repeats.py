"""Paragraphs that an outlet prints under many articles: its appeals and menus, and the background it tells again; pure.

Decided anew whenever a text is read, from how often and on how many days each paragraph was seen, so that what was
learned later holds for what was stored before.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b

from pipelines.model import Content
from pipelines.passages import Passage, lines
from pipelines.states import PassageKind

SHORTEST = 8
"""Characters: shorter lines are numbers and marks."""
_DAYS = 2
"""Days on which a paragraph must have stood: new versions of one story, and its updates, share theirs on one day."""
_OFTEN = 3
"""Articles from which a short line without a sentence in it is a menu's, wherever it stands."""
_SENTENCE = 80
_FULL_STOP = tuple('.!?…»”"։。')
_ADDRESS = re.compile(
    r"\b(?:subscri(?:be|bers?|ption)\b|newsletters?\b|sign up\b|donate (?:now|today|to us)|make a donation"
    r"|support (?:us|our|independent|the \w+ \w+!)|your (?:support|help|mailbox|inbox|donation)|dear readers?"
    r"|follow us|join us|read more\b|download (?:our|the) app|privacy policy|become a (?:member|patron)"
    r"|подпи(?:ш|с)\w*|поддерж(?:ите|ать) (?:нас|редакци\w+|проект)|ваш\w* (?:поддержк\w+|помощ\w+)|читайте также"
    r"|дорогие читатели|наш(?:ем|его)? (?:телеграм|telegram)\w*|abunə ol\w*|bizi (?:izlə|dəstəklə)\w*"
    r"|abone ol\w*|bizi (?:takip|destekle)\w*|bültenimiz\w*|հետևեք մեզ|բաժանորդագր\w*|աջակց\w* մեզ"
    r"|გამოიწერ\w*|მხარი დაგვიჭირ\w*|abonnieren|unterstützen sie uns|abonnez-vous|soutenez)"
    r"|[\w.]+@[\w.]+\.\w{2,}|\bt\.me/\w+",
    re.IGNORECASE,
)
"""An appeal's words; looked for in repeated paragraphs alone, and none that background would use of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """How often an outlet printed a paragraph: in how many articles, of how many days."""

    times: int
    days: int


@lru_cache(maxsize=20_000)  # each is asked for when it is counted, and whenever its text is read: by grouping, by rules
def paragraph_key(outlet: str, paragraph: str) -> int:
    """The name of an outlet's paragraph: 64 bits, signed; equal for texts that differ in white space and case alone."""
    folded = " ".join(paragraph.casefold().split())
    digest = blake2b(f"{outlet}\0{folded}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def paragraphs_of(body: str) -> list[str]:
    """The paragraphs of a body that are worth counting, each once."""
    return list(dict.fromkeys(line for _, line in lines(body) if len(line.strip()) >= SHORTEST))


def is_reprint(paragraphs: Sequence[str], known: Sequence[bool]) -> bool:
    """Whether the outlet printed this article before: both its first real paragraphs stood in another already."""
    real = [seen for paragraph, seen in zip(paragraphs, known, strict=True) if len(paragraph) >= _SENTENCE]
    return len(real) >= 2 and all(real[:2])


def marked_together(articles: Sequence[tuple[str | None, Content]]) -> list[Content]:
    """The articles, in order, with what their outlets repeat among them marked.

    One without an outlet or a date teaches nothing: nobody knows what else its outlet printed, or when.
    """
    seen: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for outlet, content in articles:
        if outlet and content.published:
            lines = paragraphs_of(content.body)
            keys = [paragraph_key(outlet, line) for line in lines]
            fresh = [
                (line, key in seen) for line, key in zip(lines, keys, strict=True) if len(seen.get(key, ())) < _DAYS
            ]
            if not is_reprint([line for line, _ in fresh], [known for _, known in fresh]):
                day = content.published.utc.toordinal()
                for key in keys:
                    seen[key][day] = seen[key].get(day, 0) + 1
    repeats = {key: Repeat(times=sum(days.values()), days=len(days)) for key, days in seen.items() if len(days) > 1}
    return [_with_marks(outlet, content, repeats) if outlet else content for outlet, content in articles]


def _with_marks(outlet: str, content: Content, repeats: Mapping[int, Repeat]) -> Content:
    named = {line: paragraph_key(outlet, line) for line in paragraphs_of(content.body)}
    found = marked(content.body, {line: repeats[key] for line, key in named.items() if key in repeats})
    return replace(content, passages=found) if found else content


def marked(body: str, repeats: Mapping[str, Repeat]) -> tuple[Passage, ...]:
    """The body's repeated paragraphs, in order: appeals and menus, and background; `repeats` by paragraph.

    An appeal is what stands at the edge of the text from where the reader is addressed on, or what addresses him
    anywhere; all else that is repeated is background.
    """
    placed = list(lines(body))
    repeated = [_is_repeated(repeats.get(line)) for _, line in placed]
    appeals = _edge(placed, repeated) | {
        number
        for number, (_, line) in enumerate(placed)
        if repeated[number] and (_ADDRESS.search(line) or _is_menu(line, repeats[line]))
    }
    return tuple(
        Passage(
            kind=PassageKind.APPEAL if number in appeals else PassageKind.BACKGROUND,
            start=start,
            end=start + len(line),
        )
        for number, (start, line) in enumerate(placed)
        if line and (repeated[number] or number in appeals)
    )


def _is_repeated(repeat: Repeat | None) -> bool:
    return repeat is not None and repeat.times >= 2 and repeat.days >= _DAYS


def _is_menu(line: str, repeat: Repeat) -> bool:
    return repeat.times >= _OFTEN and len(line) < _SENTENCE // 2 and not line.rstrip().endswith(_FULL_STOP)


def _edge(placed: Sequence[tuple[int, str]], repeated: Sequence[bool]) -> set[int]:
    """The repeated lines at the end, from the first of them that addresses the reader; and so at the beginning."""
    found: set[int] = set()
    numbers = range(len(placed))
    for order in (numbers[::-1], numbers):
        run = []
        for number in order:
            if not repeated[number] and len(placed[number][1].strip()) >= SHORTEST:
                break  # what is too short to be counted goes with what it stands among
            run.append(number)
        addressing = [place for place, number in enumerate(run) if _ADDRESS.search(placed[number][1])]
        if addressing:
            found.update(run[: addressing[-1] + 1])
    return found
