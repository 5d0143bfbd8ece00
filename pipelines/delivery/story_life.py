"""Whether a match is the first of its story, a correction, or a reason to speak of the story again; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from pipelines.alerts import Known
from pipelines.delivery import excerpt, limits
from pipelines.delivery.wording import ordinal
from pipelines.model import Content, Match
from pipelines.policy import Condition, NewGroup, SourcesReach
from pipelines.states import AlertReason
from pipelines.text import words

CORRECTION_WORDS = (
    *("correction", "corrected", "clarification", "исправление", "исправлено", "поправка", "уточнение", "düzeltme"),
    *(
        "düzəliş",
        "ուղղում",
        "ճշգրտում",
        "შესწორება",
        "corrección",
        "korrektur",
        "rectificatif",
        "تصحيح",
        "اصلاحیه",
        "更正",
    ),
)
"""How a page says that it was corrected: a paragraph, or a headline, that begins so."""


@cache  # Chinese among them is read word by word, by a pattern of all scripts: 0.05 s that no idle cycle needs
def _folded_words() -> frozenset[str]:
    return frozenset(words(word).folded[0] for word in CORRECTION_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why the desk is told: for the alert's row, for programs, for people."""

    reason: AlertReason
    name: str
    why: str


def first_or_again(match: Match, known: Known) -> Cause | None:
    """Why an alert about the match's story (or article) is due; None where all that it brings is told."""
    if known.told_in is None:
        return Cause(reason=AlertReason.FIRST, name="first", why="the first of this rule")
    life = match.judgement.rule.story
    for condition in life.again_when:
        cause = _again(condition, match, known)
        if cause:
            return cause
    if life.afresh_after is not None and known.last_match_at is not None:
        silent = match.matched_at - known.last_match_at
        if silent >= life.afresh_after:
            why = f"after {limits.in_words(life.afresh_after)} or more without a match"
            return Cause(reason=AlertReason.FIRST, name="afresh", why=why)
    return None


def _again(condition: Condition, match: Match, known: Known) -> Cause | None:
    name = str(condition)
    if isinstance(condition, SourcesReach):
        if known.sources >= condition.least > known.told_sources:
            why = f"{ordinal(known.sources)} source ({known.told_sources} when last told)"
            return Cause(reason=AlertReason.SOURCES, name=name, why=why)
    elif isinstance(condition, NewGroup):
        found = [hit.text for hit in match.judgement.hits if hit.group == condition.group]
        if found and condition.group not in known.told_groups:
            return Cause(reason=AlertReason.NEW_GROUP, name=name, why=f"new: {condition.group} ({found[0]})")
    elif known.original is not None:
        share = changed_share(known.original.revision.content, match.revision.content)
        if share * 100 >= condition.percent:
            why = f"{share:.0%} of the text is not what was told"
            return Cause(reason=AlertReason.TEXT_CHANGED, name=name, why=why)
    return None


def correction(match: Match, known: Known) -> Cause | None:
    """Why the article, which the desk was told, counts as corrected; None where it does not, or cannot be compared."""
    if known.original is None or not _comparable(known.original.revision.content, match.revision.content):
        return None
    before, after = known.original.revision.content, match.revision.content
    why = _says_so(before, after) or _other_headline(before, after) or _quote_gone(known.original, after)
    return Cause(reason=AlertReason.CORRECTED, name="corrected", why=why) if why else None


def changed_share(before: Content, after: Content) -> float:
    """How much of the text changed, 0 to 1: of either version, the words that no pair shared with the other covers.

    0 where the two cannot be compared. A word replaced counts once, a paragraph added or cut as long as it is, and
    one that moved hardly at all.
    """
    if not _comparable(before, after):
        return 0.0
    one, other = (words(f"{content.title}\n{content.body}").folded for content in (before, after))
    return max(_uncovered(one, other), _uncovered(other, one))


def _uncovered(text: Sequence[str], other: Sequence[str]) -> float:
    if len(text) < 2:
        return 0.0 if list(text) == list(other) else float(bool(text))
    shared = set(pairwise(other))
    covered = [False] * len(text)
    for index, pair in enumerate(pairwise(text)):
        if pair in shared:
            covered[index] = covered[index + 1] = True
    return covered.count(False) / len(text)


def _comparable(before: Content, after: Content) -> bool:
    """Both whole, and read by one extractor: what two versions of it make of one page is no change of the article's."""
    return before.complete and after.complete and before.extractor == after.extractor


def _says_so(before: Content, after: Content) -> str | None:
    known = set(_notes(before))
    note = next((note for note in _notes(after) if note not in known), None)
    return f"the page says: {note[:200]}" if note else None


def _notes(content: Content) -> list[str]:
    paragraphs = (" ".join(line.split()) for line in (content.title, *content.body.splitlines()))
    return [one for one in paragraphs if one and _folded_words().intersection(words(one[:40]).folded[:1])]


def _other_headline(before: Content, after: Content) -> str | None:
    if list(words(before.title).folded) == list(words(after.title).folded):
        return None
    return f"its headline was: {before.title[:200]}"


def _quote_gone(original: Match, after: Content) -> str | None:
    """A sentence that the alert quoted and that is not there any more, word for word."""
    text = f" {' '.join(words(f'{after.lead} {after.body}').folded)} "
    for quote in excerpt.quotes(original.revision.content, original.judgement.hits):
        sentence = "".join(part.text for part in quote)
        if f" {' '.join(words(sentence.strip('… ')).folded)} " not in text:
            return f"it no longer says: {sentence[:200]}"
    return None
