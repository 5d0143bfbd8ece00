"""The demo's articles, read from the text files beside this module.

A file is a block of `name: value` lines, a line of dashes, then paragraphs with a blank line between them. A reprint
names the article it copies (`copy_of`) and how many of its paragraphs it keeps. The second edition is the first with
the files of `second_edition/` laid over it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pipelines.desk_files.schema import duration

ARTICLES = Path(__file__).with_name("articles")
SECOND_EDITION = Path(__file__).with_name("second_edition")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArticle:
    """One article of one outlet; `age` and `updated` count back from the moment the site opened."""

    outlet: str
    slug: str
    section: str
    language: str
    title: str
    byline: str
    summary: str
    paragraphs: tuple[str, ...]
    age: timedelta
    updated: timedelta | None = None
    photo: str | None = None

    @property
    def path(self) -> str:
        """Where its page is served."""
        return f"/{self.outlet}/{self.section}/{self.slug}"


def first_edition() -> tuple[DemoArticle, ...]:
    """The articles that are there when the site opens, newest first."""
    return _edition(_texts(ARTICLES))


def second_edition() -> tuple[DemoArticle, ...]:
    """The articles a while later: one has changed its words, one reprint is new."""
    return _edition({**_texts(ARTICLES), **_texts(SECOND_EDITION)})


def _texts(folder: Path) -> dict[str, str]:
    """Texts by `outlet/slug`."""
    return {f"{file.parent.name}/{file.stem}": file.read_text(encoding="utf-8") for file in folder.glob("*/*.txt")}


def _edition(texts: Mapping[str, str]) -> tuple[DemoArticle, ...]:
    articles = [_article(name, texts) for name in sorted(texts)]
    return tuple(sorted(articles, key=lambda article: article.age))


def _article(name: str, texts: Mapping[str, str]) -> DemoArticle:
    header, paragraphs = _parts(texts[name])
    if "copy_of" in header:
        paragraphs = _parts(texts[header["copy_of"]])[1][: int(header["keep"])]
    outlet, slug = name.split("/")
    return DemoArticle(
        outlet=outlet,
        slug=slug,
        section=header["section"],
        language=header["language"],
        title=header["title"],
        byline=header["byline"],
        summary=header["summary"],
        paragraphs=paragraphs,
        age=duration(header["age"]),
        updated=duration(header["updated"]) if "updated" in header else None,
        photo=header.get("photo"),
    )


def _parts(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    head, _, body = text.partition("\n---\n")
    header = dict(line.split(": ", 1) for line in head.splitlines())
    return header, tuple(" ".join(block.split()) for block in body.split("\n\n") if block.strip())
