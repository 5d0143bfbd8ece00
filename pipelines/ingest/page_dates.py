"""When an article appeared, from what its page declares, else from what it hints at."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta, timezone
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipelines.ingest.dates import ImpossibleDate, has_offset, parse_date
from pipelines.ingest.printed_dates import day_beside
from pipelines.model import Published
from pipelines.states import Precision

_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?:\D|$)")
_PUBLISHED = re.findall(
    r"\S+",
    "article:published_time article:published datepublished publish_date published_date publication_date"
    " pubdate publishdate publish-date publication-date cxenseparse:recs:publishtime parsely-pub-date sailthru.date"
    " dc.date.issued og:published_time og:article:published_time article.published originalpublicationdate"
    " rnews:datepublished citation_publication_date",
)
# As often the day the page was made.
_DATED = ("dc.date", "dcterms.created", "dc.date.created", "dcterms.date", "date")
_CHANGED = ("last-modified", "article:modified_time")

# A day begins at +14:00 and ends at -12:00; clocks differ by quarters of an hour.
_EAST, _WEST, _QUARTER = timedelta(hours=14), timedelta(hours=-12), timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDates:
    """The times on a page, by what they are worth."""

    declared: Published | None = None
    """What the page says is its article's time."""
    hinted: Published | None = None
    """A date that may be the article's, or a side bar's."""
    printed: Published | None = None
    """Where it has neither, a day beside its headline; htmldate's guess is right more often where it has one."""
    changed: Published | None = None
    """When the page was last changed: no earlier than the article."""


@dataclass(frozen=True, slots=True)
class _Stamp:
    published: Published
    zoned: bool
    """Whether it says how far from UTC it is."""


def page_dates(
    tree: HtmlElement, metas: Mapping[str, str], structured: str, url: str | None, heading: HtmlElement | None = None
) -> PageDates:
    """The dates of a page: by its meta elements, its JSON-LD (`structured`), its markup, its address, its headline."""
    declared = _stamps([structured, *_named(metas, _PUBLISHED)])
    hinted = _stamps(_hints(tree, metas, url))
    changed = _stamps(_named(metas, _CHANGED))
    return PageDates(
        declared=_first(declared, [*declared, *hinted]),
        hinted=_first(hinted, hinted),
        printed=None if declared or hinted or heading is None else day_beside(heading),
        changed=_first(changed, changed),
    )


def _hints(tree: HtmlElement, metas: Mapping[str, str], url: str | None) -> Iterator[str]:
    times = [element for element in tree.iter("time", "abbr", "span") if element.get("datetime")][:20]
    yield from _named(metas, _DATED)
    yield from (element.get("datetime") or "" for element in times if _says_published(element))
    others = dict.fromkeys(element.get("datetime") or "" for element in times if not _says_published(element))
    in_url = _IN_URL.search(urlsplit(url).path) if url else None
    address = ["-".join(in_url.groups())] if in_url else []
    yield from [*others, *address] if len(others) == 1 else [*address, *others]  # several may be a side bar's


def _named(metas: Mapping[str, str], names: Iterable[str]) -> list[str]:
    return [metas[name] for name in names if name in metas]


def _stamps(texts: Iterable[str]) -> list[_Stamp]:
    found = []
    for text in texts:
        with suppress(ImpossibleDate):
            published = parse_date(text)
            if published:
                found.append(_Stamp(published, has_offset(text)))
    return found


def _first(stamps: Sequence[_Stamp], others: Sequence[_Stamp]) -> Published | None:
    """The first; where another gives the same instant in the page's own time, with its offset or without, in that."""
    if not stamps:
        return None
    chosen = stamps[0].published
    if chosen.precision is Precision.DAY or chosen.moment.utcoffset():
        return chosen
    for other in others:
        ahead = other.published.moment.replace(tzinfo=chosen.moment.tzinfo) - chosen.moment
        if not ahead or other.published.precision is Precision.DAY:
            continue
        if other.zoned and other.published.utc == chosen.utc:
            return other.published
        if stamps[0].zoned and not other.zoned and _WEST <= ahead <= _EAST and not ahead % _QUARTER:
            return replace(chosen, moment=chosen.moment.astimezone(timezone(ahead)))
    return chosen


def _says_published(element: HtmlElement) -> bool:
    said = " ".join(element.get(name) or "" for name in ("itemprop", "class", "pubdate", "data-testid")).lower()
    return "publ" in said or element.get("pubdate") is not None
