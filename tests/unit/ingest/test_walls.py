"""What stands before an article is not taken for it, and no article for a wall."""

import pytest

from pipelines.ingest.extractor import Given, examine
from pipelines.model import FeedEntry
from pipelines.states import TextSource
from tests.unit.ingest.invented_pages import PAGES, InventedPage

ENTRY = FeedEntry(title="Dam gives way above the town", summary="A town is flooded.")


def page(title: str, body: str, scripts: str = "") -> bytes:
    """A page without an article."""
    return f"<html><head><title>{title}</title>{scripts}</head><body>{body}</body></html>".encode()


WALLS = [
    ("bot wall", page("Just a moment...", "<h1>news.example</h1><p>Checking your browser before you go on.</p>")),
    ("bot wall", page("Attention Required! | Cloudflare", "<h1>Sorry, you have been blocked</h1>")),
    ("bot wall", page("Access denied", "<p>You don't have permission to see this page on this server.</p>" * 3)),
    ("bot wall", page("DDoS-Guard", "<p>Проверка браузера перед переходом на сайт</p>")),
    ("bot wall", page("Подтвердите, что вы не робот", "<p>С вашего адреса идёт много запросов.</p>")),
    ("bot wall", page("Bir dakika", "<p>Robot olmadığınızı doğrulayın ve devam edin.</p>")),
    ("bot wall", page("Yoxlama", "<p>Robot olmadığınızı təsdiq edin, sonra davam edə bilərsiniz.</p>")),
    ("bot wall", page("Ստուգում", "<p>Հաստատեք, որ ռոբոտ չեք, որպեսզի շարունակեք։</p>")),
    ("bot wall", page("", "<div id=x></div>", "<script src='/cdn-cgi/challenge-platform/h/b/orchestrate'></script>")),
    ("consent page", page("Before you continue", "<p>We use cookies and data to deliver our services.</p>" * 4)),
    ("consent page", page("News", "<h1>Wir benötigen Ihre Zustimmung</h1><p>Sie können sie jederzeit ändern.</p>")),
    ("consent page", page("Новости", "<p>Мы используем файлы cookie, чтобы сайт работал.</p><button>Принять</button>")),
    ("consent page", page("Haber", "<p>Çerezleri kullanıyoruz.</p><button>Kabul et</button>")),
    ("consent page", page("Xəbər", "<p>Davam etməzdən əvvəl kukiləri qəbul edin.</p>")),
    ("log-in", page("Sign in", "<form><input name=user><input type=password name=p></form>")),
    ("log-in", page("Вход", "<p>Войдите, чтобы читать дальше.</p><form><input type=password></form>")),
    ("log-in", page("Giriş", "<p>Okumak için giriş yapın.</p>")),
    ("log-in", page("Մուտք", "<p>Մուտք գործեք՝ շարունակելու համար։</p>")),
]


@pytest.mark.parametrize(("kind", "html"), WALLS)
def test_a_wall_leaves_the_headline_and_says_what_it_is(kind: str, html: bytes) -> None:
    reading = examine(html, Given(entry=ENTRY))
    assert reading.content.text_source is TextSource.HEADLINE
    assert (reading.content.title, reading.content.lead) == (ENTRY.title, ENTRY.summary)
    assert reading.reason.startswith(f"{kind}: ")


NOTICE = (
    "The dam above the town gave way at noon on Sunday, and the lower streets were under water within the hour. " * 3
)
BANNER = "<div class=cookie-banner><p>We value your privacy. Accept all cookies?</p></div>"
LOGIN = "<form><input type=password></form><script src='/cdn-cgi/challenge-platform/x'></script>"


@pytest.mark.parametrize("around", [BANNER, LOGIN, "<p>Please sign in to comment.</p>"])
@pytest.mark.parametrize("entry", [None, ENTRY, FeedEntry(title="Another headline altogether")])
def test_a_short_notice_among_banners_and_log_ins_is_an_article(around: str, entry: FeedEntry | None) -> None:
    html = page(ENTRY.title, f"{around}<article><h1>{ENTRY.title}</h1><p>{NOTICE}</p></article>{around}")
    assert examine(html, Given(entry=entry)).content.text_source is TextSource.PAGE


def test_an_article_about_walls_is_an_article() -> None:
    text = f"{NOTICE} “Are you a robot?”, asks the page, and before you continue it wants your consent to cookies."
    html = page(ENTRY.title, f"<article><h1>{ENTRY.title}</h1><p>{text}</p></article>")
    assert examine(html, Given(entry=ENTRY)).reason == ""


@pytest.mark.parametrize("invented", PAGES, ids=lambda invented: invented.language)
def test_articles_in_the_desks_languages_are_no_walls(invented: InventedPage) -> None:
    assert examine(invented.html.encode(), Given()).reason == ""


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (b"", "the page is empty"),
        (b"%PDF-1.7", "the page is no text but a file of another kind"),
        (b"<div>" * 5_000, "the page is nested too deeply to be read whole"),
        (page("Dam", "<p>Soon.</p>"), "no article was found on the page"),
    ],
)
def test_every_other_doubt_has_a_reason(html: bytes, reason: str) -> None:
    assert examine(html, Given(entry=ENTRY)).reason == reason
