"""What every feed parser returns, and the cleaning that makes entries of what a format gave."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipelines.ingest.carried_links import carried_address
from pipelines.ingest.dates import ImpossibleDate, checked, has_offset, parse_date
from pipelines.ingest.language import language_code
from pipelines.ingest.plain_text import MAX_TEXT, MAX_TITLE, one_line, one_line_of, paragraphs
from pipelines.ingest.urls import MAX_LENGTH, canonical_url, resolved
from pipelines.model import FeedEntry, Published
from pipelines.polls import KnownItem
from pipelines.states import SourceKind

MAX_ENTRIES = 2_000
TOO_MANY = f"more than {MAX_ENTRIES} entries: the rest is left out"
MAX_AUTHORS = 20
MAX_SUMMARY = 1_000  # characters; 95 % of the summaries in 109 real feeds are under 900, longer ones are the article
MAX_PROBLEMS = 20
AHEAD = timedelta(hours=1)
"""Clocks and zones that are wrong by less are left as they are; a day without a time may be one ahead of UTC's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document read; `problems` are what was left out or repaired, each named once with its count."""

    entries: tuple[FeedEntry, ...]
    title: str | None = None
    language: str | None = None
    problems: tuple[str, ...] = ()
    kind: SourceKind = SourceKind.FEED
    """What the document was."""
    items: tuple[KnownItem, ...] = ()
    """What to remember of the document, those included that `entries` leaves out as known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawItem:
    """An item as its format gave it: texts may be markup, links relative, dates nonsense."""

    title: str = ""
    links: tuple[str, ...] = ()
    """In order of preference."""
    base: str = ""
    guid: str = ""
    summary: str = ""
    body: str = ""
    date: str = ""
    guess: datetime | None = None
    """What the format's own reader made of a date that is neither RFC 822 nor ISO 8601."""
    authors: tuple[str, ...] = ()
    plain: frozenset[str] = frozenset()
    """The texts among title, summary and body that hold no markup."""


@dataclass(slots=True)
class Problems:
    """What went wrong, counted by kind."""

    _kinds: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str) -> None:
        """Count one."""
        self._kinds[kind] += 1

    def told(self) -> tuple[str, ...]:
        """Each kind once, the commonest first."""
        kinds = self._kinds.most_common(MAX_PROBLEMS)
        return tuple(kind if count == 1 else f"{kind} ({count} times)" for kind, count in kinds)


def parsed_feed(
    items: Iterable[RawItem],
    problems: Problems,
    *,
    title: str | None = None,
    language: str | None = None,
    kind: SourceKind = SourceKind.FEED,
) -> ParsedFeed:
    """Entries of `items`, in the document's order, cleaned and cut to the caps."""
    entries: list[FeedEntry] = []
    for item in items:
        if len(entries) == MAX_ENTRIES:
            problems.add(TOO_MANY)
            break
        entries.append(_entry(item, problems))
    return ParsedFeed(
        entries=_trusted_guids(entries, problems),
        title=one_line(title or "") or None,
        language=language_code(language),
        problems=problems.told(),
        kind=kind,
    )


def not_ahead(parsed: ParsedFeed, now: datetime) -> ParsedFeed:
    """The same, with `now` for every date more than AHEAD past it: such an entry is news all the same."""
    late = now + AHEAD
    wrong = [entry for entry in parsed.entries if entry.published and entry.published.utc > late]
    if not wrong:
        return parsed
    told = f"date in the future: taken as the time of the poll ({len(wrong)} times)"
    entries = tuple(
        replace(entry, published=Published(moment=now)) if entry.published and entry.published.utc > late else entry
        for entry in parsed.entries
    )
    return replace(parsed, entries=entries, problems=(*parsed.problems, told))


def _entry(item: RawItem, problems: Problems) -> FeedEntry:
    url, link = _link(item, problems)
    title = one_line(item.title, markup="title" not in item.plain, limit=MAX_TITLE + 1)
    if len(title) > MAX_TITLE:
        problems.add(f"title over {MAX_TITLE} characters: cut")
    if max(len(item.summary), len(item.body)) > 8 * MAX_TEXT:
        problems.add(f"text over {8 * MAX_TEXT:,} characters: cut")
    summary = paragraphs(item.summary[: 8 * MAX_TEXT], markup="summary" not in item.plain)
    body = paragraphs(item.body[: 8 * MAX_TEXT], markup="body" not in item.plain)
    if len(summary) > MAX_SUMMARY and not body:
        body = summary
    if summary == body:
        summary, body = ("", body) if len(body) > MAX_SUMMARY else (summary, "")
    return FeedEntry(
        title=title[:MAX_TITLE].rstrip(),
        url=url,
        link=link,
        guid=one_line_of(item.guid)[:MAX_LENGTH] or None,
        summary=summary,
        body=body,
        published=_published(item, problems),
        authors=tuple(dict.fromkeys(filter(None, (one_line(name, limit=200) for name in item.authors[:MAX_AUTHORS])))),
    )


def _link(item: RawItem, problems: Problems) -> tuple[str | None, str | None]:
    for written in item.links:
        link = resolved(written, item.base)
        link = (link and carried_address(link)) or link
        url = canonical_url(link) if link else None
        if url and link:
            return url, link if len(link) <= MAX_LENGTH else url
    if any(len(written) > MAX_LENGTH for written in item.links):
        problems.add(f"link over {MAX_LENGTH:,} characters: dropped")
    elif any(item.links):
        problems.add("link that is no web address: dropped")
    return None, None


def _published(item: RawItem, problems: Problems) -> Published | None:
    if not item.date.strip():
        return None
    try:
        found = parse_date(item.date)
        if found is None and item.guess is not None:
            found = checked(Published(moment=item.guess))
    except ImpossibleDate as error:
        problems.add(f"impossible date: {one_line_of(str(error))[:120]}")
        return None
    if found is None:
        problems.add(f"date not understood: {one_line_of(item.date)[:80]}")
    elif not has_offset(item.date):
        problems.add("date without a known offset: taken as UTC")
    return found


def _trusted_guids(entries: list[FeedEntry], problems: Problems) -> tuple[FeedEntry, ...]:
    """The entries, without the guids that the document gives to two links."""
    links: defaultdict[str, set[str | None]] = defaultdict(set)
    for entry in entries:
        if entry.guid:
            links[entry.guid].add(entry.url)
    doubtful = {guid for guid, urls in links.items() if len(urls) > 1}
    for _ in doubtful:
        problems.add("guid given to more than one link: not used")
    return tuple(replace(entry, guid=None) if entry.guid in doubtful else entry for entry in entries)
