"""An article that a person names: a stored one by its number or address, or a file."""

import json
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.cli.here import here
from pipelines.errors import SettingsError
from pipelines.model import Content
from pipelines.rehearsal.archive import Archived


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The article as rules look at it."""

    content: Content
    tags: frozenset[str] | None
    """Tags of its feeds; None where they are not known."""
    outlet: str = ""
    link: str = ""
    at: datetime | None = None

    @classmethod
    def of(cls, archived: Archived) -> "Named":
        """A stored article."""
        revision = archived.revision
        return cls(
            content=revision.searched,
            tags=revision.article.tags,
            outlet=revision.article.outlet.title,
            link=revision.article.link,
            at=revision.published_at,
        )


def named(name: str) -> Named:
    """The stored article of that number or address, or what the file of that name holds; raises SettingsError."""
    from pipelines.ingest.urls import is_address

    path = Path(name)
    if not is_address(name) and path.is_file():
        return of_file(path)
    if not (is_address(name) or name.isdecimal()):
        raise SettingsError(f"{name} is no file, no number of a stored article and no address of one")
    found = stored(name)
    if found is None:
        advice = "fetch and try it with `wirewatch try`" if is_address(name) else "`wirewatch why URL` tells numbers"
        raise SettingsError(f"{name} is not in the archive; {advice}")
    return Named.of(found)


def stored(name: str) -> Archived | None:
    """The stored article of that number or address, however it is spelled."""
    from pipelines.ingest.urls import spellings
    from storage.store import open_store

    with closing(open_store(here().database_url)) as store:
        return next((found for one in spellings(name) if (found := store.archive.find(one))), None)


def of_file(path: Path, url: str | None = None) -> Named:
    """An article's JSON line, a page, or plain text whose first line is the headline; raises SettingsError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: cannot read: {error.strerror or error}") from error
    if raw.lstrip()[:1] == b"{":
        return _of_json(path, raw)
    if raw.lstrip()[:1] == b"<":
        return of_page(raw, url)
    text = raw.decode("utf-8", "replace").strip()
    title, _, body = text.partition("\n")
    return Named(content=Content(title=title.strip(), body=body.strip()), tags=None)


def of_page(body: bytes, url: str | None, content_type: str | None = None) -> Named:
    """A page as a feed that says nothing of it would bring it, read within limits of time and memory."""
    from pipelines.ingest import extractor
    from pipelines.ingest.urls import registrable_domain
    from pipelines.ingest.workers import BoundedWorkers

    with BoundedWorkers() as workers:
        given = extractor.Given(url=url, content_type=content_type)
        content = workers.submit(extractor.examine, body, given).result().content
    return Named(content=content, tags=None, outlet=registrable_domain(url) if url else "", link=url or "")


def _of_json(path: Path, raw: bytes) -> Named:
    """One document over however many lines, else the first of JSON lines."""
    from pipelines.cli.jsonl import Articles

    try:
        json.loads(raw)
    except ValueError:
        raw = raw.strip().splitlines()[0]
    line = next(Articles(()).read(raw, str(path)), None)
    if line is None:
        raise SettingsError(f"{path}: no article in it can be read")
    return Named(content=line.content, tags=None, outlet=line.source or "", link=line.url or "")
