"""When an article appeared, from what its page declares, else from what it hints at."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipelines.ingest.dates import ImpossibleDate, day_of, has_offset, parse_date
from pipelines.ingest.printed_dates import Printed, date_in, printed_change, printed_date
from pipelines.ingest.structured_data import StructuredArticle
from pipelines.model import Published
from pipelines.states import Precision

_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?:\D|$)")
_PARTS_IN_URL = re.compile(r"/((?:19|20)\d\d)/([a-z]{3,9}|\d{1,2})/(\d{1,2})(?:/|$)", re.IGNORECASE)
_EITHER = re.compile(r"(?<!\d)(?:0?[1-9]|1[0-2])/(?:0?[1-9]|1[0-2])/\d{4}")
"""A day and a month, or a month and a day."""
_PUBLISHED = re.findall(
    r"\S+",
    "article:published_time article:published datepublished publish_date published_date publication_date"
    " pubdate publishdate publish-date publication-date cxenseparse:recs:publishtime parsely-pub-date sailthru.date"
    " dc.date.issued og:published_time og:article:published_time article.published originalpublicationdate"
    " rnews:datepublished citation_publication_date",
)
_DATED = ("dc.date", "dcterms.created", "dc.date.created", "dcterms.date", "date")
_CHANGED = ("last-modified", "article:modified_time", "og:updated_time", "datemodified", "lastmod")

_NEAR = 9
"""Hours from UTC that an address may tell; further off its day is another's, as that of a printed edition."""

# A day begins at +14:00 and ends at -12:00; clocks differ by quarters of an hour.
_ONE_DAY = timedelta(days=1)
_EAST, _WEST, _QUARTER = timedelta(hours=14), timedelta(hours=-12), timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDates:
    """The times on a page, by what they are worth."""

    declared: Published | None = None
    """What the page says is its article's time."""
    hinted: Published | None = None
    """A date that may be the article's, or a side bar's."""
    printed: Published | None = None
    """Where it has neither, the day that it prints for its readers."""
    dated: Published | None = None
    """The page's own date: as often the day the page was made, or when it was last changed."""
    shown: Published | None = None
    """When it was last changed, where that is the only day that it shows its readers beside the headline, as such."""


@dataclass(frozen=True, slots=True)
class _Stamp:
    published: Published
    zoned: bool
    """Whether it says how far from UTC it is."""


def page_dates(
    tree: HtmlElement,
    metas: Mapping[str, str],
    structured: StructuredArticle,
    url: str | None,
    heading: HtmlElement | None = None,
) -> PageDates:
    """The dates of a page: by its meta elements, JSON-LD, markup and address, and by what it prints at its headline."""
    declared = _stamps([structured.published, *_named(metas, _PUBLISHED), structured.page_published])
    address = _day_in_address(url)
    dated, changed = _stamps(_named(metas, _DATED)), _stamps([structured.changed, *_named(metas, _CHANGED)])
    printed = None if declared and not _is_timed(declared) else printed_date(tree, heading)
    clock = [_Stamp(Published(moment=printed.clock), zoned=False)] if printed and printed.clock else []
    hinted = _confirmed(_stamps(_hints(tree, address)), dated, printed)
    return PageDates(
        declared=_first(declared, [*declared, *hinted], clock, address),
        hinted=_first(hinted, hinted, clock, address),
        printed=printed.day if printed else None,
        dated=next((stamp.published for stamp in [*dated, *changed]), None),
        shown=_shown(declared[0].published, changed, heading) if declared else None,
    )


def _shown(declared: Published, changed: Sequence[_Stamp], heading: HtmlElement | None) -> Published | None:
    """The stamp of a change after the declared day, where the page shows its day and no other."""
    later = [one.published for one in changed if one.published.moment.date() > declared.moment.date() + _ONE_DAY]
    day = printed_change(heading) if later and heading is not None else None
    return next((one for one in later if day and abs(one.moment.date() - day.moment.date()) <= _ONE_DAY), None)


def _day_in_address(url: str | None) -> str:
    """The day that an address tells, as ISO 8601 has it; empty where it tells none."""
    path = urlsplit(url).path if url else ""
    found = _IN_URL.search(path) or _PARTS_IN_URL.search(path)
    with suppress(ImpossibleDate):
        day = day_of(*found.groups()) if found else None
        return str(day) if day else ""
    return ""


def _confirmed(stamps: Sequence[_Stamp], others: Sequence[_Stamp], printed: Printed | None) -> Sequence[_Stamp]:
    """The stamps, with the first of the day that the page prints before them; as they were where none is of it."""
    day = printed.day.moment.date() if printed else None
    same = next((stamp for stamp in others if stamp.published.moment.date() == day), None)
    return [same, *stamps] if same and stamps else stamps


def _is_timed(stamps: Sequence[_Stamp]) -> bool:
    """Whether the first gives a time: whose day, in UTC or an editor's zone, need not be what the page prints."""
    return bool(stamps) and stamps[0].published.precision is Precision.TIME


def _hints(tree: HtmlElement, address: str) -> Iterator[str]:
    marked = [element for element in tree.iter("time", "abbr", "span") if element.get("datetime") or _says_day(element)]
    marked = [*tree.iterfind(".//*[@itemprop='datePublished'][@content]"), *marked]
    times = [(one, one.get("datetime") or one.get("content") or one.get("title") or "") for one in marked[:20]]
    yield from (text for element, text in times if _says_published(element))
    others = dict.fromkeys(text for element, text in times if not _says_published(element))
    yield from [*others, address] if len(others) == 1 else [address, *others]  # several may be a side bar's


def _says_day(element: HtmlElement) -> bool:
    """The microformat of old: a day in the title of what is named published."""
    return element.tag == "abbr" and bool(element.get("title")) and _says_published(element)


def _named(metas: Mapping[str, str], names: Iterable[str]) -> list[str]:
    return [metas[name] for name in names if name in metas]


def _stamps(texts: Iterable[str]) -> list[_Stamp]:
    found = []
    for text in texts:
        with suppress(ImpossibleDate):
            published = parse_date(text)
            if published:
                found.append(_Stamp(published, has_offset(text)))
            elif spelt := date_in(text) if not _EITHER.search(text) else None:
                found.append(_Stamp(Published(moment=spelt.clock) if spelt.clock else spelt.day, zoned=False))
    return found


def _first(
    stamps: Sequence[_Stamp], others: Sequence[_Stamp], clock: Sequence[_Stamp] = (), address: str = ""
) -> Published | None:
    """The first; where another gives the same instant in the page's own time, with its offset or without, in that.

    A stamp with an offset is in the page's own time, unless what the page prints (`clock`) says otherwise.
    """
    if not stamps or not _is_timed(stamps):
        return stamps[0].published if stamps else None
    chosen = stamps[0].published
    offset = chosen.moment.utcoffset()
    for other in clock if offset else [*others, *clock]:
        ahead = _minute(other.published.moment).replace(tzinfo=UTC) - _minute(chosen.utc)
        if ahead == offset or other.published.precision is Precision.DAY:
            continue
        if other.zoned and other.published.utc == chosen.utc:
            return other.published
        if stamps[0].zoned and not other.zoned and _WEST <= ahead <= _EAST and not ahead % _QUARTER:
            return replace(chosen, moment=chosen.moment.astimezone(timezone(ahead)))
    return chosen if offset else _on_the_day(chosen, address)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)  # a page prints no seconds


def _on_the_day(chosen: Published, address: str) -> Published:
    """A time in UTC on the eve or the morrow of the day in the page's address, by the next clock of that day."""
    day = chosen.moment.date()
    for hours in range(1, _NEAR + 1):
        for zone in (timezone(timedelta(hours=hours)), timezone(timedelta(hours=-hours))):
            moment = chosen.moment.astimezone(zone)
            if moment.date() != day and moment.date().isoformat() == address:
                return replace(chosen, moment=moment)
    return chosen


def _says_published(element: HtmlElement) -> bool:
    said = " ".join(element.get(name) or "" for name in ("itemprop", "class", "pubdate", "data-testid")).lower()
    return "publ" in said or element.get("pubdate") is not None
