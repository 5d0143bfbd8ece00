"""Dates as sources write them, with their own offset; what cannot be is told from what is merely not understood."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from pipelines.model import Published
from pipelines.states import Precision

# First three letters, more where three leave a doubt or begin other words, in the languages that feeds and pages write.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen ianua янв oca yan հունվ հնվ იან січ stycz leden ledna tammi ιαν "
            "ينا jän јан яну студз sausi қаңт jaan ژان",
            "feb fev fév фев şub փետ თებ лют luteg helmi veebr φεβ فبر փտվ únor феб vasar ақп فور",
            "mar mär mrz már maart maali мар մար მარ бер bře μαρ مار մրտ kovo науры сакав",
            "apr abr avr ápr апр nis ապր აპრ кві kwiet huhti dubna απρ أبر ابر balan сәу краса آور",
            "may mai mag maj máj mei мая май մայ მაი тра kvě touko μαΐ ماي մյս maí мај geguž мамыр",
            "jun giu iunie jún июн juin haz iyun հունի ივნ чер czerw červn kesä ιουν يون հնս "
            "iyn jūn юни јун birže маусы чэрв juun ژوئن",
            "jul lug iulie júl июл juil tem iyul հուլ ივლ лип lipca červe heinä ιουλ يول հլս "
            "iyl jūl юли јул liepo шілд ліпе juul ژوئی",
            "aug ago agust aou aoû авг ağu avq օգո აგვ сер sierp srpna eloku αυγ أغس "
            "اغس օգս avg rugpj тамыз жні ágú اوت",
            "sep set szept senty сен eyl սեպ სექ вер wrześ zář syysk σεπ سبت sen сеп rugsė қырк سپت",
            "oct okt out ott окт eki հոկ ოქტ жов paźdz říj lokak οκτ أكت اكت spali қаз кастр اکت",
            "nov noiem ноя kas noy նոյ ნოე лис listo marra νοε نوف ное новем lapkr қара ліста nóv نوا",
            "dec dez dic déc desem detse дек ara dek դեկ დეკ гру grudn prosi joulu δεκ ديس gruod желт снеж дец دسا",
        ),
        1,
    )
    for name in names.split()
}
# Hours from UTC of the names that mean one thing in a feed: the RFCs', and those of Europe and of the desk's region
# (AMT is Armenia's). What means several, as IST and AST do, is left out.
_ZONES = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0.0),
    **dict.fromkeys(("cet", "bst", "west", "met"), 1),
    **dict.fromkeys(("cest", "eet", "mest"), 2),
    **dict.fromkeys(("msk", "eest", "trt", "idt", "fet"), 3),
    **dict.fromkeys(("amt", "azt", "get", "samt", "gst", "msd"), 4),
    **dict.fromkeys(("amst", "azst", "yekt", "uzt", "tmt", "tjt", "pkt"), 5),
    "irst": 3.5,
    "irdt": 4.5,
    "aft": 4.5,
    "kgt": 6,
    "jst": 9,
    "kst": 9,
    "sgt": 8,
    "hkt": 8,
    "edt": -4,
    "est": -5,
    "cdt": -5,
    "cst": -6,
    "mdt": -6,
    "mst": -7,
    "pdt": -7,
    "pst": -8,
}
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
_ZONE = r"(?P<zone>(?:[A-Za-z]{1,5})?\s*(?:[+-]\d{1,4}(?::\d{2})?)?)"
_ISO = re.compile(rf"(?P<year>\d{{4,}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?:[Tt\s]\s*{_CLOCK}\s*{_ZONE})?")
_MAIL = re.compile(
    r"(?:[^\W\d_]{2,12}\.?,?\s+)?(?P<day>\d{1,2})[\s-]+(?P<name>[^\W\d_]{3,10})\.?,?[\s-]+(?P<year>\d{4,}|\d{2})"
    rf"(?:,?\s+{_CLOCK}\s*{_ZONE})?(?:\s*\([^)]*\))?"
)
# News has no earlier and no later dates; ages of computing's zeros and of overflows lie outside.
_FIRST, _LAST = 1900, 2100


class ImpossibleDate(ValueError):
    """A date in a known form that no calendar or clock has."""


@lru_cache(maxsize=256)  # one document's dates are asked for twice
def parse_date(text: str) -> Published | None:
    """The date in an RFC 822 or ISO 8601 text, None where it is in neither form; raises ImpossibleDate.

    A time without an offset that is known is taken as UTC.
    """
    found = _found(text)
    if found is None:
        return None
    parts = found.groupdict()
    month = _month(parts["name"]) if parts.get("name") else int(parts["month"])
    if month is None:
        return None
    try:
        year = _year(parts["year"])
        if parts["hour"] is None:
            return checked(
                Published(moment=datetime(year, month, int(parts["day"]), tzinfo=UTC), precision=Precision.DAY)
            )
        return checked(
            Published(
                moment=datetime(
                    year,
                    month,
                    int(parts["day"]),
                    int(parts["hour"]),
                    int(parts["minute"]),
                    min(int(parts["second"] or 0), 59),  # a leap second
                    int((parts["fraction"] or "").ljust(6, "0")[:6]),
                    tzinfo=_zone(parts["zone"]),
                )
            )
        )
    except (ValueError, OverflowError) as error:
        raise ImpossibleDate(f"no such date: {found[0]}") from error


def day_of(year: str, month: str, day: str) -> Published | None:
    """A day from its parts, the month in figures or by name; None for a name not known, raises ImpossibleDate."""
    number = int(month) if month.isdecimal() else _month(month)
    if number is None:
        return None
    try:
        return checked(Published(moment=datetime(int(year), number, int(day), tzinfo=UTC), precision=Precision.DAY))
    except ValueError as error:
        raise ImpossibleDate(f"no such date: {day} {month} {year}") from error


def _month(name: str) -> int | None:
    folded = name.lower().replace("i\u0307", "i")  # casefold would take the Greek ΐ apart
    return next((_MONTHS[folded[:length]] for length in (5, 4, 3) if folded[:length] in _MONTHS), None)


def checked(published: Published) -> Published:
    """The same, where it can be a date of news; raises ImpossibleDate."""
    if not _FIRST <= published.moment.year <= _LAST:
        raise ImpossibleDate(f"no date of news: {published}")
    return published


def has_offset(text: str) -> bool:
    """Whether a date in a known form says how far from UTC it is, in figures or by a name that is known."""
    found = _found(text)
    if found is None or found["hour"] is None:
        return True
    zone = found["zone"].strip()
    return zone.lower() in _ZONES or any(sign in zone for sign in "+-")


def _found(text: str) -> re.Match[str] | None:
    folded = " ".join(text[:100].split())
    return _ISO.fullmatch(folded) or _MAIL.fullmatch(folded)


def _year(text: str) -> int:
    year = int(text[:9])
    if len(text) > 2:
        return year
    return year + (2000 if year < 70 else 1900)


def _zone(text: str) -> timezone:
    found = re.fullmatch(r"([A-Za-z]*)\s*(?:([+-])(\d{1,2}):?(\d{2})?)?", text.strip())
    if found is None:
        raise ImpossibleDate(text)
    name, sign, hours, minutes = found.groups()
    if sign is None:
        return timezone(timedelta(hours=_ZONES.get(name.lower(), 0.0)))
    ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if ahead > timedelta(hours=15) or int(minutes or 0) > 59:
        raise ImpossibleDate(text)
    return timezone(-ahead if sign == "-" else ahead)
