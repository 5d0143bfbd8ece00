"""The day that a page prints beside its headline, in words or figures, where it declares none."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from pipelines.ingest.dates import ImpossibleDate, day_of
from pipelines.model import Published

_LONGEST = 90  # characters: a line of date and author, not a sentence with a date in it
_AFTER, _BEFORE = 40, 20  # elements from the headline on and before it; a side bar stands further off
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_NAME = r"(?P<name>[^\W\d_]{3,12})"
_FORMS = tuple(
    re.compile(rf"(?<![\d.:/]){form}(?!\d)(?![./-]\d)")
    for form in (
        rf"{_YEAR}-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})",
        rf"(?P<day>\d{{1,2}})\s?[./]\s?(?P<month>\d{{1,2}})\s?[./]\s?{_YEAR}",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|-го|\s+de)?\s+{_NAME}\.?,?(?:\s+de)?\s+{_YEAR}",
        rf"{_NAME}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}",
    )
)


def day_beside(heading: HtmlElement) -> Published | None:
    """The first day printed after the heading, else the last before it."""
    for near in (_following(heading), _preceding(heading)):
        for text in near:
            found = day_in(text)
            if found:
                return found
    return None


def day_in(text: str) -> Published | None:
    """The first date in a short text, day before month where both are figures; None where it has none."""
    line = " ".join(text.split())
    if not 6 <= len(line) <= _LONGEST:
        return None
    for form in _FORMS:
        found = form.search(line)
        if found:
            parts = found.groupdict()
            try:
                return day_of(parts["year"], parts.get("name") or parts["month"], parts["day"])
            except ImpossibleDate:
                continue
    return None


def _following(heading: HtmlElement) -> Iterator[str]:
    inside = set(heading.iter())
    for number, element in enumerate(_after(heading)):
        if number >= _AFTER:
            return
        if element not in inside:
            yield from (element.text or "", element.tail or "")


def _after(heading: HtmlElement) -> Iterator[HtmlElement]:
    """Every element that begins after the heading, in document order."""
    element: HtmlElement | None = heading
    while element is not None:
        for sibling in element.itersiblings():
            yield from sibling.iter()
        element = element.getparent()


def _preceding(heading: HtmlElement) -> Iterator[str]:
    count = 0
    element: HtmlElement | None = heading
    while element is not None and count < _BEFORE:
        for sibling in element.itersiblings(preceding=True):
            for inner in list(sibling.iter())[::-1]:
                count += 1
                if count >= _BEFORE:
                    return
                yield inner.text or ""
        element = element.getparent()
