"""The filters' input: one article per JSON line, `{id, url, title, text, published, source, language}`."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from pipelines.about import About
from pipelines.model import Content, Published
from pipelines.states import TextSource


@dataclass(frozen=True, slots=True)
class Line:
    """One readable article of the input."""

    id: str | int
    content: Content
    source: str | None
    url: str | None


class Articles:
    """Articles of JSON-lines files ("-" is stdin); `failed` tells in the end whether anything was not read."""

    def __init__(self, files: Sequence[str]) -> None:
        self._files = files
        self.failed = False

    def __iter__(self) -> Iterator[Line]:
        """Readable articles in order; what cannot be read is named on stderr with its line number."""
        for file in self._files:
            try:
                with click.open_file(file, "rb") as stream:
                    for number, raw in enumerate(stream, 1):
                        if raw.strip():
                            yield from self.read(raw, f"{file}:{number}")
            except OSError as error:
                self._report(f"{file}: error: {error.strerror or error}")

    def finish(self) -> None:
        """Leave with exit code 1 where something could not be read."""
        if self.failed:
            sys.exit(1)

    def read(self, raw: bytes, place: str) -> Iterator[Line]:
        """The article of one document; none where it cannot be read, which is told on stderr with its place."""
        try:
            row = json.loads(raw)
        except (ValueError, RecursionError) as error:
            self._report(f"{place}: error: not JSON: {error}")
            return
        if not isinstance(row, dict) or isinstance(row.get("id"), bool) or not isinstance(row.get("id"), str | int):
            self._report(f"{place}: error: expected an object with an `id` (string or integer)")
            return
        if isinstance(row["id"], str) and not row["id"].isascii():
            row["id"] = row["id"].encode("utf-8", "replace").decode("utf-8")
        words = {name: _text(row, name, place) for name in ("title", "text", "url", "source", "language")}
        if not words["title"] and not words["text"]:
            self._report(f"{place}: error: `title` and `text` are both missing")
            return
        content = Content(
            title=words["title"] or "",
            body=words["text"] or "",
            language=words["language"],
            published=_published(row.get("published"), place),
            text_source=TextSource.PAGE if words["text"] else TextSource.HEADLINE,
            about=About(url=words["url"] or "", source=words["source"] or ""),
        )
        yield Line(row["id"], content, words["source"], words["url"])

    def _report(self, message: str) -> None:
        self.failed = True
        click.echo(message, err=True)


def _text(row: dict[str, object], name: str, place: str) -> str | None:
    value = row.get(name)
    if value is None or isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8") if value else None
    click.echo(f"{place}: warning: `{name}` is not text: taken as missing", err=True)
    return None


def _published(value: object, place: str) -> Published | None:
    if value is None:
        return None
    try:
        if not isinstance(value, str):
            raise ValueError
        return Published.parse(value)
    except ValueError:
        click.echo(f"{place}: warning: `published` is not ISO 8601: taken as missing", err=True)
        return None
