"""The headline as the page prints it, and the days that pages print."""

import pytest
from lxml.html import document_fromstring

from pipelines.ingest.headline import headline
from pipelines.ingest.printed_dates import day_in

NAME = "Dam gives way above the old town"


@pytest.mark.parametrize(
    ("body", "names", "found"),
    [
        (f"<h1>{NAME}</h1>", [f"{NAME} - The Long Name of a Daily"], NAME),
        (f"<h2>{NAME}</h2>", [f"{NAME} - The Long Name of a Daily"], NAME),
        (f"<h1><div>WORLD |</div> {NAME}</h1>", [NAME], NAME),
        (f"<h1><span>24 November 2026</span> {NAME}</h1>", [NAME], NAME),
        (f"<h1>Flood: {NAME}</h1>", [NAME], f"Flood: {NAME}"),
        (f"<h1><span class=kicker>World</span> {NAME}</h1>", [f"World: {NAME}"], NAME),
        (f"<h1><span class=kicker>World</span>: {NAME}</h1>", [f"World: {NAME}"], f"World: {NAME}"),
        (f"<h1>{NAME} | News.Example</h1>", [NAME], NAME),
        ("<h1>Bell keeper saved the lower streets</h1>", ["A flood in figures"], "Bell keeper saved the lower streets"),
        ("<h1>News</h1>", ["A flood in figures"], "A flood in figures"),
        ("<h1>Dam gi\u00adves way ab\u00adove the old town</h1>", [NAME], NAME),
        (
            "<main><h1>Bell keeper saved the town</h1></main><h1>Other</h1>",
            ["Flood"],
            "Bell keeper saved the town",
        ),
        ("", [], ""),
    ],
)
def test_headlines(body: str, names: list[str], found: str) -> None:
    tree = document_fromstring(f"<html><body>{body}<p>x</p></body></html>")
    assert headline(tree, names, site="The Long Name of a Daily") == found


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("24 ноября 2026, 14:05", "2026-11-24"),
        ("24 Kasım 2026 Salı", "2026-11-24"),
        ("2 İyun 2026", "2026-06-02"),
        ("24 noyabr 2026", "2026-11-24"),
        ("Նոյեմբեր 24, 2026", "2026-11-24"),
        ("24 ნოემბერი 2026", "2026-11-24"),
        ("24 листопада 2026", "2026-11-24"),
        ("Published: November 24th, 2026", "2026-11-24"),
        ("Am 24. November 2026", "2026-11-24"),
        ("24.11.2026 | 14:05", "2026-11-24"),
        ("2026-11-24", "2026-11-24"),
        ("2026 թ. նոյեմբերի 24, 14:05", "2026-11-24"),
        ("24 Kasım 2026 - 14.05", "2026-11-24"),
        ("5 Sentyabr 2026, 14:05", "2026-09-05"),
        ("24 نوفمبر 2026", "2026-11-24"),
        ("24 Νοεμβρίου 2026", "2026-11-24"),
        ("24. listopadu 2026 v 14:05", "2026-11-24"),
        ("2026. november 24. 14:05", "2026-11-24"),
        ("2026년 11월 24일", "2026-11-24"),
        ("1er novembre 2026 à 14h05", "2026-11-01"),
        ("24th of November 2026", "2026-11-24"),
        ("24-11-2026 14:05", "2026-11-24"),
        ("Programme 12, 2026", None),
        ("Elon 5 2026", None),
        ("31.02.2026", None),
        ("version 1.24.11.2026.7", None),
        ("24 of 2026 were hurt", None),
        ("The year 2026", None),
        (
            "In a long sentence the day of 24 November 2026 is told, which is no line of a date and an author at all.",
            None,
        ),
    ],
)
def test_days_as_pages_print_them(line: str, day: str | None) -> None:
    found = day_in(line)
    assert (str(found) if found else None) == day
