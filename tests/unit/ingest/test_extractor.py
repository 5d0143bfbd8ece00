"""From a page to an article's words."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.extractor import extract
from pipelines.ingest.reading import from_entry
from pipelines.model import Content, FeedEntry, Published
from pipelines.states import Precision, TextSource

FIRST = "The dam above the town gave way at noon on Sunday, and the lower streets were under water within the hour."
SECOND = "Nobody was hurt, because the keeper had rung the church bell when he saw the first crack, an official said."
THIRD = "Engineers from the capital are to look at the two other dams on the river before the week is over."
URL = "https://news.example/2023/02/07/dam"
ENTRY = FeedEntry(
    title="Dam gives way",
    url=URL,
    summary="A town is flooded.",
    body="The feed's own text of the flood, which is shorter.",
    published=Published(moment=datetime(2023, 2, 7, 8, 15, tzinfo=UTC)),
    authors=("Feed Writer",),
)


def page(
    *, head: str = "", top: str = "", body: str = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>", end: str = ""
) -> bytes:
    """A page with an article in it."""
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">{head}</head><body>'
        f'<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>{top}'
        f"<article>{body}</article>{end}<footer><p>Copyright News</p></footer></body></html>"
    ).encode()


def read(html: bytes, **given: object) -> Content:
    """The article on a page, with the headline where it belongs."""
    return extract(html, url=URL, **given)  # type: ignore[arg-type]  # each test gives what extract takes


def test_an_article_comes_out_as_paragraphs() -> None:
    head = "<title>Dam gives way - News</title><meta property='og:title' content='Dam gives way | News'>"
    content = read(page(head=head, top="<h1>Dam gives way</h1>"), entry=ENTRY, language="ka")
    assert content.body == f"{FIRST}\n{SECOND}\n{THIRD}"
    assert content.title == "Dam gives way"
    assert content.lead == "A town is flooded."
    assert content.language == "en"
    assert content.text_source is TextSource.PAGE


def test_json_ld_tells_time_and_authors() -> None:
    data = (
        '{"@context":"https://schema.org","@graph":[{"@type":"WebSite","name":"News"},{"@type":["NewsArticle"],'
        '"headline":"Dam gives way","datePublished":"2023-02-07T12:15:30+04:00",'
        '"author":[{"@type":"Person","name":"Ani Petrosyan"},"B. Writer"]}]}'
    )
    content = read(page(head=f'<script type="application/ld+json">{data}</script>'), entry=ENTRY)
    assert str(content.published) == "2023-02-07T12:15:30+04:00"
    assert content.authors == ("Ani Petrosyan", "B. Writer")
    assert content.title == "Dam gives way"


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("Ani Petrosyan and B. Writer", ("Ani Petrosyan", "B. Writer")),
        ("Ani Petrosyan (ap), B. Writer, and C. Third", ("Ani Petrosyan", "B. Writer", "C. Third")),
        ("Анна Иванова и Пётр Сидоров", ("Анна Иванова", "Пётр Сидоров")),
        ("Aysel Məmmədova və Orxan Əliyev", ("Aysel Məmmədova", "Orxan Əliyev")),
        ("Ortega y Gasset", ("Ortega y Gasset",)),
        ("AFP, MANILA", ("AFP, MANILA",)),
        ("105092", ()),
        ("https://news.example/writers/7", ()),
    ],
)
def test_a_byline_is_taken_apart_into_names(byline: str, authors: tuple[str, ...]) -> None:
    assert read(page(head=f'<meta name="author" content="{byline}">')).authors == authors


@pytest.mark.parametrize(
    ("head", "top", "published"),
    [
        ('<meta property="article:published_time" content="2023-02-07T08:15:30Z">', "", "2023-02-07T08:15:30+00:00"),
        ("", '<time datetime="2023-02-06">Monday</time>', "2023-02-06"),
        ('<meta name="date" content="2023-02-30">', "", "2023-02-07"),
        ("", "", "2023-02-07"),
        (
            '<meta property="article:published_time" content="2023-02-07T20:15:30Z">',
            '<time datetime="2023-02-08T00:15:30+04:00">',
            "2023-02-08T00:15:30+04:00",
        ),
    ],
)
def test_the_pages_own_stamp(head: str, top: str, published: str) -> None:
    assert str(read(page(head=head, top=top)).published) == published


DECLARED = '<meta property="article:published_time" content="{}">'


@pytest.mark.parametrize(
    ("head", "top"),
    [
        ("", ""),
        ("", '<time datetime="2019-01-02T03:04:05Z">then</time>'),
        ("", '<aside><time datetime="2019-01-02" itemprop="datePublished">then</time></aside>'),
        ('<meta name="last-modified" content="2019-01-02T03:04:05Z">', ""),
        ('<meta property="article:modified_time" content="2024-01-02T03:04:05Z">', ""),
        (DECLARED.format("2023-02-07"), ""),
        (DECLARED.format("2023-02-06"), ""),  # at -12:00
    ],
)
def test_the_feeds_time_goes_before_what_a_page_only_hints_at(head: str, top: str) -> None:
    assert read(page(head=head, top=top), entry=ENTRY).published == ENTRY.published


@pytest.mark.parametrize("declared", ["2019-01-02", "2023-02-08", "2023-02-07T12:00:00+04:00"])
def test_what_a_page_declares_goes_before_the_feeds_time(declared: str) -> None:
    assert str(read(page(head=DECLARED.format(declared)), entry=ENTRY).published) == declared


def test_a_hint_serves_where_the_feed_has_no_date() -> None:
    entry = FeedEntry(title="Dam gives way")
    assert str(read(page(top='<time datetime="2023-02-06">'), entry=entry).published) == "2023-02-06"


LD = '<script type="application/ld+json">{}</script>'
ACCOUNT = '{"@type":"NewsArticle","headline":"Dam gives way","datePublished":"2023-02-07T12:15:30+04:00"}'


@pytest.mark.parametrize(
    "account",
    [
        f"//<![CDATA[\n{ACCOUNT}\n//]]>",
        f"<![CDATA[{ACCOUNT}]]>",
        f"/*<![CDATA[*/{ACCOUNT}/*]]>*/",
        f"<!-- {ACCOUNT} -->",
        f"{ACCOUNT};",
        ACCOUNT.replace("Dam gives", 'The "dam" gives'),
        '{"@graph":[{"@type":"WebSite"},{"@type":"WebPage","datePublished":"2023-02-07T12:15:30+04:00"}]}',
    ],
)
def test_json_ld_is_read_however_it_is_wrapped_or_broken(account: str) -> None:
    assert str(read(page(head=LD.format(account))).published) == "2023-02-07T12:15:30+04:00"


STAMP = '<meta property="article:published_time" content="{}">'


@pytest.mark.parametrize(
    ("stamp", "shown", "published"),
    [
        ("2023-02-08T01:00:21Z", "Published 8:00 PM EST, Tue February 7, 2023", "2023-02-07T20:00:21-05:00"),
        ("2023-02-06T21:30:00Z", "07.02.2023, 01:30", "2023-02-07T01:30:00+04:00"),
        ("2023-02-06T22:57:00-05:00", "Feb 7, 2023 3:57 AM", "2023-02-07T03:57:00+00:00"),
        ("2023-02-06T21:30:00Z", "08.02.2023, 09:04", "2023-02-07T00:30:00+03:00"),  # another time; the address tells
        ("2023-02-05T12:00:00Z", "", "2023-02-05T12:00:00+00:00"),  # two days from the address
        ("2023-02-07T08:15:30Z", "yesterday", "2023-02-07T08:15:30+00:00"),
    ],
)
def test_a_time_is_told_by_the_clock_that_the_page_prints(stamp: str, shown: str, published: str) -> None:
    top = f"<h1>Dam gives way</h1><div>{shown}</div>"
    head = STAMP.format(stamp) + "<title>Dam gives way</title>"
    assert str(read(page(head=head, top=top)).published) == published


@pytest.mark.parametrize(
    ("top", "day"),
    [
        ("<div>Kultur, 7.2.23</div><h1>Dam gives way</h1>", "2023-02-07"),
        ("<h1>Dam gives way</h1><dd>2023/2/7 5:50</dd>", "2023-02-07"),
        ("<h1>Dam gives way</h1><a href=/>8 March 2022</a><p><i>7 February 2023</i></p>", "2023-02-07"),
        ("<h1>Dam gives way</h1><b>8 March 2022</b><span class=entry-date>February 7, 2023</span>", "2023-02-07"),
        ("<h1>Dam gives way</h1><b>7 February 2023</b><span class=candidate>March 8, 2022</span>", "2023-02-07"),
        ("<h1>Dam gives way</h1><abbr class=published title='2023-02-07'>Tuesday</abbr>", "2023-02-07"),
        ("<meta name=date content=2023-02-09><h1>Dam gives way</h1><b>7 February 2023</b>", "2023-02-07"),
        (
            "<meta name=date content=2023-02-07><h1>Dam</h1><time datetime=2023-02-04>x</time><b>7.2.2023</b>",
            "2023-02-07",
        ),
        ("<h1>Dam gives way</h1><p>2/23/2023</p>", "2023-02-23"),
        ("<h1>Dam gives way</h1><p>Updated Feb 9, 2023 4:04AM / Published Feb 7, 2023 1:16PM</p>", "2023-02-07"),
        ("<h1>Dam gives way</h1><p>Обновлено: 9.2.2023</p><p>7 февраля 2023</p>", "2023-02-07"),
        ("<h1>Dam gives way</h1><p>Son güncelleme: 7 Şubat 2023</p>", "2023-02-07"),
        (f"<footer><p>© 7.2.2023 Dam News{' and its many friends' * 5}</p></footer>", "2023-02-07"),
        ("<h1>Dam</h1><b>9.2.2023</b><p itemprop=datePublished content=2023-02-07>February</p>", "2023-02-07"),
        ("<h1>Dam</h1><meta property=article:published_time content='7 fevral 2023'><b>9.2.2023</b>", "2023-02-07"),
        ("<h1>Dam</h1><meta property=article:published_time content='03/02/2023'><b>7.2.2023</b>", "2023-02-07"),
    ],
)
def test_the_day_a_page_prints(top: str, day: str) -> None:
    html = page(head="<title>Dam gives way</title>", top=top)
    assert str(extract(html, url="https://news.example/dam").published) == day


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2023/feb/07/dam", "2023-02-07"),
        ("/2023/2/7/dam", "2023-02-07"),
        ("/2023/07/dam", None),
        ("/2023/dam/07/", None),
        ("/2023/feb/31/dam", None),
    ],
)
def test_the_day_in_an_address(path: str, day: str | None) -> None:
    published = extract(page(), url=f"https://news.example{path}").published
    assert (str(published) if published else None) == day


def test_no_day_is_guessed_for_an_article_of_a_feed() -> None:
    html = page(end="<p>Published: 6 February 2023</p>")
    assert extract(html, url=None, entry=FeedEntry(title="Dam gives way")).published is None


def test_a_day_in_the_text_is_found_where_nothing_else_tells() -> None:
    content = extract(page(end="<p>Published: 6 February 2023</p>"), url=None)
    assert content.published is not None
    assert (str(content.published), content.published.precision) == ("2023-02-06", Precision.DAY)


@pytest.mark.parametrize(
    ("head", "top", "title"),
    [
        ("<title>Dam gives way | The Daily News</title>", "", "Dam gives way"),
        (
            "<title>Dam gives way</title>",
            "<h1>The Daily News</h1><h1>Dam gives way at noon</h1>",
            "Dam gives way at noon",
        ),
        ("<meta property='og:title' content='Half-time: a look back - and ahead of the year to come'>", "", None),
        ("", "<h1>Dam <em>gives</em> way</h1>", "Dam gives way"),
        ("", "", "Dam gives way"),
    ],
)
def test_titles(head: str, top: str, title: str | None) -> None:
    found = read(page(head=head, top=top), entry=ENTRY).title
    assert found == (title or "Half-time: a look back - and ahead of the year to come")


def test_the_standfirst_comes_first() -> None:
    lead = "Church bell warned the lower streets in time, says the keeper of the old dam."
    head = f'<meta name="description" content="{lead}"><title>Dam gives way</title>'
    content = read(page(head=head, top=f"<header><h1>Dam gives way</h1><h2>{lead}</h2></header>"))
    assert content.body.split("\n")[0] == lead
    assert content.body.count(lead) == 1


def test_teasers_and_link_lists_are_left_out() -> None:
    links = "".join(f'<li><a href="/{n}">Another story about the number {n} that we wrote</a></li>' for n in range(9))
    aside = (
        f'<div class="teaser-box"><p>Read our great other text about gardens in the spring.</p></div><ul>{links}</ul>'
    )
    content = read(page(body=f"<p>{FIRST}</p>{aside}<p>{SECOND}</p><p>{THIRD}</p>"))
    assert content.body == f"{FIRST}\n{SECOND}\n{THIRD}"


def test_an_article_in_a_side_part_that_was_left_open_is_read() -> None:
    menu = "<ul>" + "".join(f"<li><a href=/{n}>Section {n}</a></li>" for n in range(9)) + "</ul>"
    html = f"<html><body><aside class=menu>{menu}<div><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></div></body></html>"
    assert read(html.encode()).body == f"{FIRST}\n{SECOND}\n{THIRD}"


def test_what_trafilatura_loses_is_read_from_the_densest_block() -> None:
    text = f"{FIRST}<br><br>{SECOND}<br><br>{THIRD}<br><br>" * 3
    html = f"<html><body><div class='story social viral embed'>{text}</div><p>Copyright 2023 News</p></body></html>"
    body = read(html.encode()).body
    assert [body.count(one) for one in (FIRST, SECOND, THIRD, "Copyright")] == [3, 3, 3, 0]


def test_tags_that_an_article_writes_about_stay() -> None:
    said = "Put &lt;title&gt; and &lt;p&gt; where they belong, said the teacher, and the class wrote it all down."
    body = read(page(body=f"<p>{FIRST}</p><p>{said}</p><p>{THIRD}</p>")).body
    assert body.split("\n")[1].startswith("Put <title> and <p> where")


def test_a_page_without_text_gives_the_feeds() -> None:
    content = read(b"<html lang='hy'><body><div id=app></div></body></html>", entry=ENTRY)
    assert (content.body, content.text_source) == (ENTRY.body, TextSource.FEED)
    assert (content.title, content.authors, content.language) == ("Dam gives way", ("Feed Writer",), "en")


def test_a_wall_before_the_article_leaves_the_feeds_headline_and_facts() -> None:
    html = (
        '<html lang="de"><head><title>Just a moment...</title><meta name="author" content="Wall">'
        f"{DECLARED.format('2019-01-02T03:04:05Z')}</head><body><h1>Before you continue</h1></body></html>"
    )
    content = read(html.encode(), entry=ENTRY, language="en")
    assert content == from_entry(ENTRY, "en")


BINARY = (b"%PDF-1.7\n", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"PK\x03\x04", b"a\0\0b")
WORDS = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>".encode()


@pytest.mark.parametrize("start", BINARY)
def test_bytes_that_are_no_text_give_the_feeds_words(start: bytes) -> None:
    assert read(start * 50 + WORDS, entry=ENTRY, language="en") == from_entry(ENTRY, "en")
    assert read(start * 50 + WORDS) == from_entry(FeedEntry(title=""), None)


@pytest.mark.parametrize("kind", ["application/pdf", "image/svg+xml", "application/octet-stream", "video/mp4; a=b"])
def test_a_type_that_is_no_text_gives_the_feeds_words(kind: str) -> None:
    assert read(page(), entry=ENTRY, content_type=kind) == from_entry(ENTRY, "en")


@pytest.mark.parametrize("kind", [None, "", "html", "Text/HTML;charset=utf-8", "application/xhtml+xml", "text/plain"])
def test_a_type_of_text_or_none_is_read(kind: str | None) -> None:
    assert read(page(), entry=ENTRY, content_type=kind).text_source is TextSource.PAGE


@pytest.mark.parametrize(
    ("encoding", "kind"),
    [("utf-16", None), ("utf-16-le", None), ("utf-32", None), ("utf-16-be", "text/html; charset=utf-16be")],
)
def test_wide_characters_are_text(encoding: str, kind: str | None) -> None:
    blank = " " if kind else ""
    content = read((blank + page().decode()).encode(encoding), content_type=kind)
    assert content.body == f"{FIRST}\n{SECOND}\n{THIRD}"


@pytest.mark.parametrize("html", [b"", b"  ", b"\0\0\0", b"\xff\xfe"])
def test_no_page_gives_the_headline_alone(html: bytes) -> None:
    content = read(html, entry=FeedEntry(title="Dam", summary="Flooded."), language="en")
    assert content == from_entry(FeedEntry(title="Dam", summary="Flooded."), "en")
    assert (content.text_source, content.complete) == (TextSource.HEADLINE, False)


def test_an_entry_without_a_title_has_its_first_words() -> None:
    assert from_entry(FeedEntry(title="", summary="Flooded town."), None).title == "Flooded town."


@pytest.mark.parametrize("depth", [300, 2_000])
def test_depth_that_the_parser_can_take_loses_nothing(depth: int) -> None:
    body = "<div>" * depth + f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>" + "</div>" * depth
    assert read(page(body=body)).body == f"{FIRST}\n{SECOND}\n{THIRD}"


def test_a_page_too_deep_gives_the_feeds_text_rather_than_half_its_own() -> None:
    html = page(top=f"<p>{FIRST}</p>" * 9, body="<div>" * 5_000 + f"<p>{SECOND}</p>")
    assert read(html, entry=ENTRY).text_source is TextSource.FEED


def test_the_charset_of_the_header_counts() -> None:
    text = "Жители посёлка вышли на дорогу, когда плотина над городом не выдержала напора воды в воскресенье. " * 3
    html = f"<html lang=ru><body><article><h1>Плотина</h1><p>{text}</p><p>{text}</p></article></body></html>"
    content = read(html.encode("cp1251"), content_type="text/html; charset=windows-1251")
    assert content.body.startswith("Жители посёлка")
    assert content.title == "Плотина"


def test_text_between_blocks_that_are_cut_stays() -> None:
    cut = "<span class=modal>Subscribe</span>"
    body = (
        f"<p>{cut}{FIRST} {cut}{cut}{SECOND}<b>{cut}</b> {cut}{THIRD}{cut}</p><p>{SECOND}</p>" + f"<p>{FIRST}</p>" * 3
    )
    assert read(page(body=body)).body.split("\n")[0] == f"{FIRST} {SECOND} {THIRD}"


def test_time_grows_with_the_blocks_that_are_cut_alone() -> None:
    began = time.process_time()
    read(page(body="<p>" + "<span class=modal></span>words here " * 38_000))  # 12 s where each tail is joined anew
    assert time.process_time() - began < 4


def test_time_grows_with_the_page_alone() -> None:
    began = time.process_time()
    read(page(body="<p>a 1</p>" * 10_000 + "<button>x</button>"))  # 5.2 s where every fallback is tried
    assert time.process_time() - began < 4


@given(
    st.binary(max_size=200), st.sampled_from([b"<html><body>", b"<p>", b"<script type='application/ld+json'>[{", b""])
)
def test_any_bytes_give_a_content(body: bytes, start: bytes) -> None:
    content = extract(start + body, url=None, entry=ENTRY)
    assert content.title
    content.body.encode("utf-8")


def test_a_page_without_a_body_of_its_own_is_read() -> None:
    """HTML 5 needs none; libxml2 takes <article> for a part of the head then."""
    html = f"<!doctype html><title>Dam gives way</title><article><h1>Dam gives way</h1><p>{FIRST}</p><p>{SECOND}</p>"
    found = read(f"{html}<p>{THIRD}</p></article></html>".encode())
    assert (found.title, found.body.split("\n")) == ("Dam gives way", [FIRST, SECOND, THIRD])
