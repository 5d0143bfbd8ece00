"""What a desk says of a layout, and what is cut from an extraction."""

import pytest
from lxml.html import HtmlElement, document_fromstring

from pipelines.feed_options import FeedOptions
from pipelines.ingest.extractor import Given, examine
from pipelines.ingest.furniture import without_furniture
from pipelines.ingest.selection import select, selector_problem

TEXT = "The dam above the town gave way at noon on Sunday, and the lower streets were under water within the hour."
PAGE = (
    f"<body><div class=menu>Menu</div><div id=story><p>{TEXT}</p><p class=ad>Buy!</p></div><p>{TEXT[::-1]}</p></body>"
)


def tree() -> HtmlElement:
    """A page to cut."""
    return document_fromstring(f"<html>{PAGE}</html>")


def test_keep_leaves_what_it_meets_without_what_drop_meets() -> None:
    page = tree()
    assert select(page, ["#story", "#story p"], [".ad"])
    assert page.text_content() == TEXT


@pytest.mark.parametrize("keep", [["#gone"], ["p[[["], ["*|"]])
def test_keep_that_meets_nothing_leaves_the_page_and_is_told(keep: list[str]) -> None:
    page = tree()
    assert not select(page, keep, [".menu"])
    assert page.text_content() == f"{TEXT}Buy!{TEXT[::-1]}"
    options = FeedOptions(keep=tuple(keep))
    assert "`keep` meets nothing" in examine(f"<html>{PAGE * 2}</html>".encode(), Given(options=options)).reason


def test_keep_decides_what_is_read() -> None:
    html = f"<html><body><p>{TEXT}</p><p>{TEXT}</p><div id=own><p>{'Another story. ' * 30}</p></div></body></html>"
    body = examine(html.encode(), Given(options=FeedOptions(keep=("#own",)))).content.body
    assert body.startswith("Another story.")
    assert "dam" not in body


def test_what_is_no_selector_is_named() -> None:
    assert selector_problem("div > p.a, #b") is None
    assert "no CSS selector" in (selector_problem("p[[[") or "")


@pytest.mark.parametrize(
    "heading", ["More must-reads from Tufa", "Don't miss:", "Смотрите также", "Նաև կարդացեք", "Bunları da oxuyun"]
)
def test_what_is_listed_under_read_also_goes_with_it(heading: str) -> None:
    lines = [TEXT, "- a list of the article's", TEXT, heading, "- Another story", "- Yet another story", TEXT]
    assert without_furniture(lines) == [TEXT, "- a list of the article's", TEXT, TEXT]


def test_furniture_goes_and_the_article_stays() -> None:
    lines = ["24 November 2026, 14:05", TEXT, "Read more: how the dam was built", TEXT, "Floods", "Dams"]
    assert without_furniture(lines) == [TEXT, TEXT]
    assert without_furniture(["Read more: one", "Tags"]) == ["Read more: one", "Tags"]
    assert without_furniture([TEXT, "Subscribe to whom? The keeper had no answer, he told the court on Monday." * 3])[
        1:
    ]
