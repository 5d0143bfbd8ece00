"""More of what pages have too much of, or wrong: each is read by a real worker, within a run's limits, to its article.

Numbers are those of the design's fault list.
"""

import re
from collections.abc import Iterator

import pytest

from pipelines.ingest.reading import Reading, read_html
from pipelines.ingest.workers import BoundedWorkers, Limits
from pipelines.states import TextSource

FIRST = "The dam above the town gave way at noon on Sunday, and the lower streets were under water within the hour."
SECOND = "Nobody was hurt, because the keeper had rung the church bell when he saw the first crack, an official said."
THIRD = "Engineers from the capital are to look at the two other dams on the river before the week is over."
ARTICLE = f"<article><h1>Dam gives way</h1><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></article>"
BODY = f"{FIRST}\n{SECOND}\n{THIRD}"


@pytest.fixture(scope="module")
def worker() -> Iterator[BoundedWorkers]:
    """One worker with the product's limits on computing and memory, and time to get them on a busy machine."""
    with BoundedWorkers(Limits(wall=100.0), at_once=1) as workers:
        yield workers


def page(after: str, *, head: str = "<title>Dam gives way</title>") -> str:
    """The article with something after it."""
    return f"<html><head>{head}</head><body>{ARTICLE}{after}</body></html>"


def read(worker: BoundedWorkers, html: str | bytes) -> Reading:
    """What the worker makes of a page."""
    body = html if isinstance(html, bytes) else html.encode("utf-8", "surrogatepass")
    return worker.submit(read_html, body, None).result()[0]


SURVIVED = {
    "36 tags nested deeper than libxml2 takes by itself": page("<div>" * 300 + "x" + "</div>" * 300),
    "36 tags that are never closed": page("<div><span><table><tr><td>" * 40 + "x"),
    "40 attributes without number": page("<div " + " ".join(f"a{number}=1" for number in range(10_000)) + ">x</div>"),
    "42 dates that hold one another": page("<div class=date>" * 200 + f"<script>{'x' * 1_000_000}</script>"),
    "42 class names": page(f"<div class='{'date ' * 200_000}'>x</div>"),
    "39 headings": page("<h1>Dam gives way</h1>" * 10_000),
    "39 meta elements": page("", head="<meta property='og:title' content='Dam gives way'>" * 20_000),
    "39 captions": page("<figcaption>x</figcaption>" * 20_000),
    "structured data that is none": page(
        '<script type="application/ld+json">{"@type":"NewsArticle",' + '"datePublished":"' * 50_000 + "</script>"
    ),
    "comments": page("<!-- x -->" * 100_000),
    "52 a page that breaks off": page("<p>and then")[: -len("</body></html>")] + "<div class='x",
    "48 links that run code": page("<a href='javascript:alert(1)'>x</a>", head="<base href='javascript:alert(1)'>"),
}


@pytest.mark.parametrize("html", SURVIVED.values(), ids=SURVIVED)
def test_the_article_is_read_all_the_same(worker: BoundedWorkers, html: str) -> None:
    found = read(worker, html)
    assert found.content.title == "Dam gives way"
    assert found.content.body.replace("Dam gives way\n", "").startswith(BODY)
    assert found.content.text_source is TextSource.PAGE


def test_36_41_paragraphs_at_the_bottom_of_all_that_the_parser_takes(worker: BoundedWorkers) -> None:
    lines = f"{FIRST}<br>{SECOND}<br>" * 1_000
    found = read(worker, "<html><body>" + "<div class='social share'>" * 1_500 + lines)
    assert found.content.body.startswith(f"{FIRST}\n{SECOND}")


def test_39_a_headline_without_end_is_cut(worker: BoundedWorkers) -> None:
    text = f"<article><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></article>"
    found = read(worker, f"<html><head><title>{'Dam ' * 250_000}</title></head><body>{text}</body></html>")
    assert len(found.content.title) == 499
    assert found.content.body == BODY


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ("<time datetime='x'>2020-01-01</time>" * 20_000, "2020-01-01"),
        ("<span class=date>12 March 2020</span>" * 20_000, "2020-03-12"),
        ("<b>" + "1" * 1_000_000 + "</b><b>12 March 2020</b>", "2020-03-12"),
        ("<b>0000-00-00</b><b>30.02.2020</b><b>99.99.9999</b><b>12 March 2020</b>", "2020-03-12"),
        ("<time datetime='9999-12-31T23:59:59-12:00'>x</time><time datetime='2020-03-12T25:61+99:99'>y</time>", None),
    ],
)
def test_42_43_dates_without_number_or_sense(worker: BoundedWorkers, dates: str, day: str | None) -> None:
    found = read(worker, page("").replace("</h1>", f"</h1>{dates}"))
    assert (str(found.content.published) if found.content.published else None) == day


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("&lt;script&gt;alert(1)&lt;/script&gt;Dam &amp; bridge", "Dam & bridge"),
        ("Dam<img src=x onerror=alert(1)> gives way", "Dam gives way"),
        ("Dam\x00 \x1b[31mgives\x1b[0m\u202e way", "Dam gives way"),
    ],
)
def test_49_50_nothing_that_runs_or_cannot_be_seen_is_in_a_title(
    worker: BoundedWorkers, title: str, shown: str
) -> None:
    html = page("").replace("<h1>Dam gives way</h1>", f"<h1>{title}</h1>").replace("<title>Dam gives way</title>", "")
    found = read(worker, html)
    assert found.content.title == shown
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", found.content.body)


CYRILLIC = "Жители посёлка вышли на дорогу, когда плотина над городом не выдержала напора воды в воскресенье. " * 3


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "utf-7", "zlib_codec", "no-such-thing", ""])
@pytest.mark.parametrize("written", ["utf-8", "utf-16", "utf-8-sig"])
def test_51_a_wrong_label_loses_no_letter(worker: BoundedWorkers, written: str, declared: str) -> None:
    html = f"<html><head><meta charset='{declared}'></head><body><p>{CYRILLIC}</p><p>{CYRILLIC}</p></body></html>"
    assert read(worker, html.encode(written)).content.body.split("\n")[0] == CYRILLIC.strip()
