"""Days as pages print them for their readers, and the page that shows only when it was last changed."""

from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from pipelines.ingest.extractor import extract
from pipelines.ingest.printed_dates import date_in, printed_change
from pipelines.model import FeedEntry, Published

MONTHS = {
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "be": "студзеня лютага сакавіка красавіка мая чэрвеня ліпеня жніўня верасня кастрычніка лістапада снежня",
    "bg": "януари февруари март април май юни юли август септември октомври ноември декември",
    "hy": "հունվարի փետրվարի մարտի ապրիլի մայիսի հունիսի հուլիսի օգոստոսի սեպտեմբերի հոկտեմբերի նոյեմբերի դեկտեմբերի",
    "hy, short": "Հնվ Փտվ Մրտ Ապր Մյս Հնս Հլս Օգս Սեպ Հոկ Նոյ Դեկ",
    "ka": "იანვარი თებერვალი მარტი აპრილი მაისი ივნისი ივლისი აგვისტო სექტემბერი ოქტომბერი ნოემბერი დეკემბერი",
    "az": "yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr",
    "az, short": "Yan Fev Mar Apr May İyn İyl Avq Sen Okt Noy Dek",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "tr, capitals": "OCAK ŞUBAT MART NİSAN MAYIS HAZİRAN TEMMUZ AĞUSTOS EYLÜL EKİM KASIM ARALIK",
    "kk": "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан",
    "uz": "yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince",
    "el": "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου "
    "Νοεμβρίου Δεκεμβρίου",
    "lt": "sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio lapkričio gruodžio",
    "sr": "јануар фебруар март април мај јун јул август септембар октобар новембар децембар",
}


@pytest.mark.parametrize("language", MONTHS)
def test_every_month_is_known(language: str) -> None:
    found = [date_in(f"7 {name} 2023") for name in MONTHS[language].split()]
    assert [one and one.day.moment.month for one in found] == list(range(1, 13))


@pytest.mark.parametrize(
    "line",
    [
        "2023 թվականի փետրվարի 7",
        "2023թ. փետրվարի 7",
        "7 փետրվարի, 2023",
        "2023-cü il 7 fevral",
        "7 fevral 2023-cü il",
        "2023 წლის 7 თებერვალი",
        "7 თებერვალი, 2023",
        "Salı, 7 Şubat 2023",
        "7.2.2023 - 14:30",
        "вторник, 7 февраля 2023 года",
        "2023 год, 7 февраля",
        "2023, 7 февраля",
        "7-Feb-2023",
        "Tue Feb 7 14:30:00 AMT 2023",
        "7th of February, 2023",
        "7 de febrero del 2023",
        "7 فبراير/شباط 2023",
        "2023. gada 7. februāris",
        "2023. 02. 07.",
    ],
)
def test_the_orders_of_day_month_and_year(line: str) -> None:
    found = date_in(line)
    assert found is not None
    assert found.day.moment == datetime(2023, 2, 7, tzinfo=UTC)


@pytest.mark.parametrize("line", ["2023 7 ferries", "In 2023 the council 7", "7-Ferry-2023", "Room 7 14:30:00 2023"])
def test_other_words_are_no_months(line: str) -> None:
    assert date_in(line) is None


ACCOUNT = '{"@type": "NewsArticle", "datePublished": "2023-02-07T08:15:00Z", "dateModified": "2023-03-20T10:00:00Z"}'
TEXT = "<p>The dam above the town gave way at dawn, and ferries brought the engineers to safety.</p>" * 8


def page(beside: str) -> bytes:
    """A page that was published in February and changed in March, with a line beside its headline."""
    head = f'<script type="application/ld+json">{ACCOUNT}</script><title>Dam gives way</title>'
    top = f"<h1>Dam gives way</h1><div>{beside}</div>"
    return f"<html><head>{head}</head><body><article>{top}{TEXT}</article></body></html>".encode()


@pytest.mark.parametrize(
    ("beside", "day"),
    [
        ("Updated 20 March 2023", "2023-03-20"),
        ("<time>Обновлено: 20 марта 2023, 14:00</time>", "2023-03-20"),
        ("Updated 20 March 2023 / Published 7 February 2023", "2023-02-07"),
        ("7 February 2023</div><div>Updated 20 March 2023", "2023-02-07"),
        ("20 March 2023", "2023-02-07"),  # says not what it is the day of
        ("Updated 25 March 2023", "2023-02-07"),  # of something else
        ("By A. Writer", "2023-02-07"),
    ],
)
def test_a_page_that_shows_only_its_last_change_is_of_that_day(beside: str, day: str) -> None:
    assert str(extract(page(beside), url=None).published)[:10] == day


def test_a_feed_knows_better() -> None:
    entry = FeedEntry(title="Dam gives way", published=Published(moment=datetime(2023, 2, 7, 8, 20, tzinfo=UTC)))
    found = extract(page("Updated 20 March 2023"), url=None, entry=entry).published
    assert str(found)[:10] == "2023-02-07"


def test_a_change_is_printed_where_no_other_day_is() -> None:
    heading = next(document_fromstring(page("Updated 20 March 2023")).iter("h1"))
    assert str(printed_change(heading)) == "2023-03-20"
    assert printed_change(next(document_fromstring(page("No day")).iter("h1"))) is None
