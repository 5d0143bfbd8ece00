"""feeds.yaml to feeds, with every fault at its place."""

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from pipelines.desk_files.reading import Data, DeskFile, Fault, append_items, parse_parts, raw_of, read, suggest
from pipelines.desk_files.schema import in_words
from pipelines.errors import DeskFileError
from pipelines.ingest.channels import channel, preview
from pipelines.ingest.feeds_schema import FeedLine, FeedsFile
from pipelines.ingest.urls import canonical_url, registrable_domain
from pipelines.model import Feed, Outlet
from pipelines.states import FeedId, OutletId, SourceKind


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """The feeds of the file at `path`, in its order; raises DeskFileError with every fault found."""
    file = parse_parts(path, raw_of(path))
    parsed, faults = file.check(FeedsFile)
    faults += [*file.flaws_in(), *_cross_faults(file)]
    if parsed is None or faults:
        raise DeskFileError(_in_order(faults))
    outlets = {
        name: Outlet(
            outlet_id=OutletId(name), title=line.title or name, country=line.country, tags=frozenset(line.tags)
        )
        for name, line in parsed.outlets.items()
    }
    return tuple(_feed(line, outlets) for line in parsed.feeds)


def check_line(path: Path, item: Mapping[str, Data]) -> None:
    """See whether `item` may become the last line under `feeds` of the file at `path`; raises DeskFileError."""
    file, known = read(path), load_feeds(path)
    try:
        line = FeedLine.model_validate(item)
    except ValidationError as error:
        faults = [file.fault(["feeds"], in_words(found, FeedLine)) for found in error.errors(include_url=False)]
        raise DeskFileError(faults) from error
    for number, feed in enumerate(known):
        if feed.feed_id == line.id:
            raise DeskFileError([file.fault(["feeds", number, "id"], f"id `{line.id}` is there already")])
        if canonical_url(feed.url) == canonical_url(line.url):
            raise DeskFileError(
                [file.fault(["feeds", number, "url"], f"`{line.url}` is there already: {feed.feed_id}")]
            )
    outlets = file.at("outlets")
    names = list(outlets) if isinstance(outlets, dict) else []
    if line.outlet and line.outlet not in names:
        raise DeskFileError([file.fault(["outlets"], _no_outlet(line.outlet, names))])


def add_feed(path: Path, item: Mapping[str, Data]) -> None:
    """Append `item` to the feeds of the file at `path`, everything else kept; raises DeskFileError."""
    check_line(path, item)
    append_items(path, "feeds", [item])


def add_feeds(path: Path, items: Sequence[Mapping[str, Data]]) -> None:
    """Append lines that were each seen to be sound, with ids of their own; raises DeskFileError."""
    append_items(path, "feeds", items)


def free_id(path: Path, url: str, taken: Collection[str] = ()) -> str:
    """An id for a new feed, made from its address, that neither the file at `path` has nor `taken`."""
    known = {feed.feed_id for feed in load_feeds(path)} | set(map(FeedId, taken))
    named = channel(url) or registrable_domain(url).rpartition(".")[0]
    stem = re.sub(r"[^a-z0-9]+", "-", named.lower()).strip("-") or "feed"
    numbered = (FeedId(f"{stem}-{number}") for number in itertools.count(2))
    return stem if stem not in known else next(name for name in numbered if name not in known)


def _in_order(faults: list[Fault]) -> list[Fault]:
    return sorted(set(faults), key=lambda fault: (fault.line, fault.column))


def _feed(line: FeedLine, outlets: dict[str, Outlet]) -> Feed:
    unset = Feed(feed_id=FeedId(line.id), url=line.url)
    return Feed(
        feed_id=FeedId(line.id),
        url=preview(line.channel) if line.channel else line.url,
        outlet=outlets[line.outlet] if line.outlet else None,
        kind=SourceKind.TELEGRAM if line.channel else line.kind,
        language=line.language,
        every=line.every or unset.every,
        tags=frozenset(line.tags),
        backfill=line.backfill or unset.backfill,
        options=line.options,
    )


def _cross_faults(file: DeskFile) -> list[Fault]:
    """What no single line shows: ids and addresses given twice, outlets that are not there, feeds asked too often."""
    feeds, outlets = file.at("feeds"), file.at("outlets")
    names = list(outlets) if isinstance(outlets, dict) else []
    faults: list[Fault] = []
    seen: dict[tuple[str, str], int] = {}
    for number, line in enumerate(feeds if isinstance(feeds, list) else []):
        if not isinstance(line, dict):
            continue
        for key in ("id", "url"):
            value = str(line.get(key, ""))
            known = (key, (canonical_url(value) or value) if key == "url" else value)
            if value and seen.setdefault(known, number) != number:
                first, _ = file.place("feeds", seen[known], key)
                faults.append(
                    file.fault(["feeds", number, key], f"{key} `{value}` is there twice; first on line {first}")
                )
        outlet = line.get("outlet")
        if outlet is not None and str(outlet) not in names:
            faults.append(file.fault(["feeds", number, "outlet"], _no_outlet(str(outlet), names)))
    return faults


def _no_outlet(outlet: str, names: list[str]) -> str:
    return f"outlet `{outlet}` is not under `outlets`{suggest(outlet, names)}"
