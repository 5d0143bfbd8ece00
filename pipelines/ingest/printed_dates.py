"""The day, and the clock, that a page prints for its readers: beside its headline or in an element named for it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from lxml.html import HtmlElement

from pipelines.ingest.dates import ImpossibleDate, day_of
from pipelines.model import Published

_LONGEST = 90  # characters: a line of date and author, not a sentence with a date in it
_AFTER, _BEFORE = 40, 20  # elements from the headline on and before it; a side bar stands further off
_FURTHER = 250
_SEARCHED = 5_000  # elements
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_OF_YEAR = r"(?:-c[iıuü]\s+il|\.?\s?(?:թվականի|թ|года?|г|წლის|წ|йил|metų|m|gada))?"
_NAME = r"(?P<name>[^\W\d_]{3,12})"
_OTHER = r"(?:\s?/\s?[^\W\d_]{3,12})?"  # Arabic gives a month both its names
_FORMS = tuple(
    re.compile(rf"(?<![\d.:/-]){form}(?!\d)(?![./-]\d)")
    for form in (
        rf"{_YEAR}\s?(?P<mark>[-/.])\s?(?P<month>\d{{1,2}})\s?(?P=mark)\s?(?P<day>\d{{1,2}})",
        rf"{_YEAR}\s?[年년]\s?(?P<month>\d{{1,2}})\s?[月월]\s?(?P<day>\d{{1,2}})",
        rf"(?P<day>\d{{1,2}})\s?(?P<mark>[-/.])\s?(?P<month>\d{{1,2}})\s?(?P=mark)\s?{_YEAR}",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.|-го)?(?:\s+(?:de|of))?\s+{_NAME}{_OTHER}\.?,?(?:\s+del?)?\s+{_YEAR}",
        rf"{_NAME}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?(?:\s+\d\d:\d\d:\d\d(?:\s+[A-Z]{{3,4}})?)?\s+{_YEAR}",
        rf"(?P<day>\d{{1,2}})-{_NAME}-{_YEAR}",
        rf"{_YEAR}{_OF_YEAR}\.?,?\s+{_NAME}\s+(?P<day>\d{{1,2}})",
        rf"{_YEAR}{_OF_YEAR}\.?,?\s+(?P<day>\d{{1,2}})\.?\s+{_NAME}",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d\d)",
    )
)
_CLOCK = re.compile(r"(?<![\d.:])(\d{1,2})[:.h](\d\d)(?![\d.])(?:\s*([ap])\.?\s?m\b)?", re.IGNORECASE)
# Words of a class or id: not the end of "candidate", "update" and "publication".
_DATED = re.compile(
    r"(?<![A-Za-z])(?:date|time|publish|posted|zeit|datum|fecha|дата)|(?:post|pub)date|Date|Time|Publish"
)
_CHANGED = re.compile(
    r"updat|modifi|aktualis|geändert|обновл|измен[её]н|оновл|güncel|yenilən|թարմաց|განახლ|mise? à jour|actualizad"
    r"|aggiorn|zaktual|bijgewerkt|修改|更新",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"publi|posted|created|veröff|erstellt|опубл|создан|yayın|yayım|dərc|հրապարակ|გამოქვეყ|发布|發布", re.IGNORECASE
)
_NO_TEXT = frozenset({"script", "style", "noscript", "template", "option", "head", "title", "meta", "link"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A date as a page prints it."""

    day: Published
    clock: datetime | None = None
    """The day with the time printed beside it, in the outlet's own zone, which it does not say; as if in UTC."""


def printed_date(tree: HtmlElement, heading: HtmlElement | None) -> Printed | None:
    """The first date beside the heading, in an element named for it before others; else the first named, the first.

    Of what stands in one such place, a day that is said to be the article's goes before that of a change to it.
    """
    for lines in _places(tree, heading):
        changed = None
        for line in lines:
            found = date_in(_before_changes(line))
            if found:
                return found
            changed = changed or date_in(line)
        if changed:
            return changed
    return None


def printed_change(heading: HtmlElement) -> Published | None:
    """The day of a change that is printed beside the heading, where no other day is."""
    lines = [line for place in _beside(heading) for line in place]
    if any(date_in(_before_changes(line)) for line in lines):
        return None
    return next((found.day for line in lines if (found := date_in(line))), None)


def _places(tree: HtmlElement, heading: HtmlElement | None) -> Iterator[Iterable[str]]:
    """What may be lines with the article's date, the likeliest first."""
    if heading is not None:
        yield from _beside(heading)
        yield _named(islice(_after(heading), _AFTER, _FURTHER))
    whole = list(islice(tree.iter(), _SEARCHED))
    yield _named(whole)
    yield _texts(whole)
    yield (text.strip()[:_LONGEST] for text in _texts(whole) if "©" in text)  # to the day: a page made when asked for


def _beside(heading: HtmlElement) -> Iterator[Iterable[str]]:
    """The lines about the heading: those named for a date or time, then all."""
    after, before = list(islice(_after(heading), _AFTER)), list(islice(_before(heading), _BEFORE))
    near = [*after[:_BEFORE], *before, *after[_BEFORE:]]
    yield _named(near)
    yield _texts(near)


def _before_changes(line: str) -> str:
    """The line without what it says of changes: "Updated 3 May / Published 2 May" is of the second."""
    changed = _CHANGED.search(line)
    if changed is None:
        return line
    first = _FIRST.search(line, changed.end())
    return f"{line[: changed.start()]} {line[first.start() :] if first else ''}"


def day_in(text: str) -> Published | None:
    """The first date in a short text, day before month where both may be; None where it has none."""
    found = date_in(text)
    return found.day if found else None


def date_in(text: str) -> Printed | None:
    """The first date in a short text, with the first clock time beside it."""
    if len(text) < 6 or len(text) > 4 * _LONGEST:
        return None
    line = " ".join(text.split())
    if not 6 <= len(line) <= _LONGEST:
        return None
    for form in _FORMS:
        found = form.search(line)
        day = _day(found.groupdict()) if found else None
        if found and day:
            return Printed(day=day, clock=_clock(day, f"{line[: found.start()]} {line[found.end() :]}"))
    return None


def _day(parts: dict[str, str | None]) -> Published | None:
    year, month, day = str(parts["year"]), str(parts.get("name") or parts["month"]), str(parts["day"])
    if month.isdecimal() and int(month) > 12:
        month, day = day, month
    try:
        return day_of(year if len(year) > 2 else f"20{year}", month, day)
    except ImpossibleDate:
        return None


def _clock(day: Published, rest: str) -> datetime | None:
    found = _CLOCK.search(rest)
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return day.moment + timedelta(hours=hour, minutes=minute) if hour < 24 and minute < 60 else None


def _named(elements: Iterable[HtmlElement]) -> Iterator[str]:
    """The lines of elements that are named for a date or time."""
    for element in elements:
        if element.tag not in _NO_TEXT and _is_named(element):
            yield _short_text(element)


def _short_text(element: HtmlElement) -> str:
    """The element's text; nothing where it is longer than any line, without reading it to its end."""
    pieces, length = [], 0
    for piece in element.itertext():
        length += len(piece)
        if length > 4 * _LONGEST:
            return ""
        pieces.append(str(piece))
    return "".join(pieces)


def _is_named(element: HtmlElement) -> bool:
    if element.tag == "time":
        return True
    said = " ".join(filter(None, (element.get("class"), element.get("id"), element.get("itemprop"))))
    return bool(said) and bool(_DATED.search(said[:300]))


def _texts(elements: Iterable[HtmlElement]) -> Iterator[str]:
    for element in elements:
        if element.tag not in _NO_TEXT and element.tag != "a":  # a day inside a link is another page's
            yield element.text or ""
        yield element.tail or ""


def _after(heading: HtmlElement) -> Iterator[HtmlElement]:
    """Every element that begins after the heading, in document order."""
    element: HtmlElement | None = heading
    while element is not None:
        for sibling in element.itersiblings():
            yield from sibling.iter()
        element = element.getparent()


def _before(heading: HtmlElement) -> Iterator[HtmlElement]:
    """Every element that ends before the heading, the nearest first."""
    element: HtmlElement | None = heading
    while element is not None:
        for sibling in element.itersiblings(preceding=True):
            yield from reversed(list(islice(sibling.iter(), _SEARCHED)))
        element = element.getparent()
