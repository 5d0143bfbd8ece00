"""The words of an article that made a rule match: at most two sentences, with their hits; pure."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.delivery import marks
from pipelines.model import Content, Hit
from pipelines.states import TEXT_FIELDS, Field, PassageKind
from pipelines.text import Words, words

LONGEST_SENTENCE = 280
AROUND = 70
"""Characters kept on each side of a hit in a longer sentence."""
HITS_KEPT = 4
"""Hits that a trimmed sentence shows."""
HITS_READ = 50
"""Hits of each group that are looked at: a text of 1 MiB with 30,000 of them took 0.75 s without a limit."""
REACH = 1200
"""Characters on each side of a hit in which its sentence's ends are looked for."""
FARTHEST = 50
"""Words between two hits, above which their distance says nothing."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence: a hit, or what stands between."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Words in pieces, and whether they stand under a photo."""

    parts: tuple[Part, ...]
    caption: bool = False

    def __iter__(self) -> Iterator[Part]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)

    @property
    def marked(self) -> str:
        """With its hits in marks of bold."""
        return "".join(marks.bold(part.text) if part.hit else part.text for part in self.parts)

    @property
    def bold(self) -> str:
        """Its hits in bold; where it has none, all of it."""
        return self.marked if any(part.hit for part in self.parts) else marks.bold(self.marked)


@dataclass(frozen=True, slots=True)
class _Sentence:
    field: Field
    start: int
    end: int
    hits: tuple[Hit, ...]

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(hit.group for hit in self.hits)


def headline(content: Content, hits: Iterable[Hit]) -> Quote:
    """The title with its hits."""
    found = [hit for hit in _true_hits(content, hits) if hit.field is Field.TITLE]
    return Quote(_parts(content.title, 0, len(content.title), found))


def quotes(content: Content, hits: Iterable[Hit]) -> tuple[Quote, ...]:
    """The sentence of lead or body that shows most of the rule's groups, and one more if that adds a group."""
    sentences = _sentences(content, [hit for hit in _true_hits(content, hits) if hit.field is not Field.TITLE])
    if not sentences:
        return ()
    first = max(sentences, key=lambda sentence: len(sentence.groups))
    second = max(sentences, key=lambda sentence: len(sentence.groups - first.groups))
    chosen = [sentence for sentence in sentences if sentence is first or (sentence is second and _adds(second, first))]
    return tuple(
        Quote(_trimmed(_text(content, sentence.field), sentence), _in_caption(content, sentence)) for sentence in chosen
    )


def words_apart(content: Content, hits: Iterable[Hit]) -> int | None:
    """Words between the two nearest hits of different groups; None where no two stand near in one field."""
    found = sorted(_true_hits(content, hits), key=lambda hit: (hit.field, hit.start))
    gaps = [
        len(words(_text(content, left.field)[left.end : right.start]))
        for left, right in pairwise(found)
        if left.field is right.field and left.group != right.group and right.start - left.end < FARTHEST * 20
    ]
    nearest = min(gaps, default=None)
    return nearest if nearest is not None and nearest <= FARTHEST else None


def _in_caption(content: Content, sentence: _Sentence) -> bool:
    captions = (one for one in content.passages if one.kind is PassageKind.CAPTION)
    return sentence.field is Field.BODY and any(
        one.start < sentence.end and sentence.start < one.end for one in captions
    )


def _adds(second: _Sentence, first: _Sentence) -> bool:
    return bool(second.groups - first.groups)


def _text(content: Content, field: Field) -> str:
    if field is Field.TITLE:
        return content.title
    return content.lead if field is Field.LEAD else content.body


def _true_hits(content: Content, hits: Iterable[Hit]) -> list[Hit]:
    """Hits that stand where they say; those of a lead that is only a view of the body, once and as the body's."""
    kept: dict[tuple[Field, int, int, str], Hit] = {}
    read: Counter[str] = Counter()
    for hit in hits:
        read[hit.group] += 1
        field = Field.BODY if hit.field is Field.LEAD and not content.lead else hit.field
        if hit.field not in TEXT_FIELDS:
            continue
        if read[hit.group] <= HITS_READ and hit.text and _text(content, field)[hit.start : hit.end] == hit.text:
            kept.setdefault((field, hit.start, hit.end, hit.group), hit._replace(field=field))
    return list(kept.values())


def _sentences(content: Content, hits: Sequence[Hit]) -> list[_Sentence]:
    """The sentences that hold hits, in reading order."""
    found: dict[tuple[Field, int, int], list[Hit]] = {}
    for hit in sorted(hits, key=lambda hit: (hit.field is Field.BODY, hit.start)):
        start, end = _sentence_around(_text(content, hit.field), hit)
        found.setdefault((hit.field, start, end), []).append(hit)
    return [_Sentence(field, start, end, tuple(inside)) for (field, start, end), inside in found.items()]


def _sentence_around(text: str, hit: Hit) -> tuple[int, int]:
    """Where the sentence of a hit starts and ends within its paragraph, looking no farther than REACH."""
    start = max(text.rfind("\n", 0, hit.start) + 1, hit.start - REACH)
    line_end = text.find("\n", hit.end)
    end = min(len(text) if line_end < 0 else line_end, hit.end + REACH)
    near = words(text[start:end])
    first = bisect_right(near.ends, hit.start - start)
    last = bisect_left(near.starts, hit.end - start) - 1
    if last < first:
        return hit.start, hit.end
    after = bisect_right(near.sentences, near.sentences[last])
    return start + _edge(near, bisect_left(near.sentences, near.sentences[first])), start + _edge(near, after)


def _edge(found: Words, index: int) -> int:
    """Where a sentence that begins with the word at `index` starts: past the space after the one before."""
    if index == 0:
        return 0
    if index == len(found):
        return len(found.text)
    gap = found.text[found.ends[index - 1] : found.starts[index]]
    space = next((at for at, char in enumerate(gap) if char.isspace()), len(gap))
    return found.ends[index - 1] + space


def _trimmed(text: str, sentence: _Sentence) -> tuple[Part, ...]:
    start, end = sentence.start, sentence.end
    if end - start <= LONGEST_SENTENCE:
        return _stripped(_parts(text, start, end, sentence.hits))
    windows: list[tuple[int, int]] = []
    for hit in sentence.hits[:HITS_KEPT]:
        left, right = _word_edge(text, max(start, hit.start - AROUND), start), min(end, hit.end + AROUND)
        right = _word_end(text, right, end)
        if windows and left <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(right, windows[-1][1]))
        else:
            windows.append((left, right))
    pieces: list[Part] = [Part("… ")] if windows[0][0] > start else []
    for number, (left, right) in enumerate(windows):
        pieces += [Part(" … ")] if number else []
        pieces += _stripped(_parts(text, left, right, sentence.hits))
    return tuple(pieces + ([Part(" …")] if windows[-1][1] < end else []))


def _word_edge(text: str, index: int, floor: int) -> int:
    """The next word's start at or after `index`, not splitting one."""
    if index <= floor:
        return floor
    space = text.find(" ", index, index + AROUND // 2)
    return index if space < 0 else space + 1


def _word_end(text: str, index: int, ceiling: int) -> int:
    if index >= ceiling:
        return ceiling
    space = text.rfind(" ", index - AROUND // 2, index)
    return index if space < 0 else space


def _parts(text: str, start: int, end: int, hits: Iterable[Hit]) -> tuple[Part, ...]:
    """text[start:end] in pieces; the hits apart."""
    parts: list[Part] = []
    at = start
    for left, right in _merged(hits, start, end):
        parts += [Part(text[at:left])] if left > at else []
        parts.append(Part(text[left:right], hit=True))
        at = right
    return tuple(parts + ([Part(text[at:end])] if at < end else []))


def _merged(hits: Iterable[Hit], start: int, end: int) -> list[tuple[int, int]]:
    """The spans of hits within [start, end), overlapping ones as one."""
    merged: list[tuple[int, int]] = []
    for left, right in sorted((max(hit.start, start), min(hit.end, end)) for hit in hits):
        if merged and left < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(right, merged[-1][1]))
        elif left < right:
            merged.append((left, right))
    return merged


def _stripped(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Without white space at the ends."""
    if not parts:
        return parts
    first = Part(parts[0].text.lstrip(), parts[0].hit)
    rest = (first, *parts[1:])
    return (*rest[:-1], Part(rest[-1].text.rstrip(), rest[-1].hit))
