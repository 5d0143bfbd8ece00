"""What wires and desks put around a text: edition marks of titles, datelines, bylines and credits; pure."""

import re
from collections.abc import Sequence
from functools import lru_cache

_AGENCIES = {
    "Reuters": "reuters",
    "AFP": "afp",
    "AP": "ap",
    "dpa": "dpa",
    "EFE": "efe",
    "ANSA": "ansa",
    "UPI": "upi",
    "PA Media": "pa media",
    "Bloomberg": "bloomberg",
    "Anadolu": r"aa|a\.a\.?|anadolu",
    "DHA": "dha",
    "İHA": "iha",
    "TASS": "tass|тасс",
    "Interfax": "interfax|интерфакс",
    "RIA Novosti": "риа новости",
    "APA": "apa",
    "Trend": "trend",
    "Azertac": "azertac|azərtac",
    "Report": "report",
    "Turan": "turan",
    "Armenpress": "armenpress|арменпресс|արմենպրես",
    "Arminfo": "арминфо",
    "Sputnik": "sputnik|спутник",
    "NEWS.am": r"news\.am",
    "NewsGeorgia": "newsgeorgia",
    "InterPressNews": "interpressnews",
}
"""By name, how they are written under texts."""
AGENCIES = "|".join(_AGENCIES.values())
_NAMED = [(name, re.compile(rf"(?<!\w)(?:{written})(?!\w)", re.IGNORECASE)) for name, written in _AGENCIES.items()]
_MARKS = (
    r"update[ds]?|wrapup|refile|rpt|repeat|correct(?:ed|ion)|corr|lead|ld|urgent|breaking(?: news)?|exclusive|flash"
    r"|alert|live(?: updates)?|videos?|photos?|watch|factbox|analysis|insight|interview|eilmeldung|son dakika|flaş"
    r"|güncellendi|güncelleme|canlı|özel haber|video haber|срочно|молния|обновлено|обновляется|дополнено|видео|фото"
    r"|շտապ|թարմացված|թարմացվել է|լրացված|տեսանյութ|լուսանկարներ|təcili|yenilənib|yeniləndi|foto|son xəbər"
)
_BEFORE = re.compile(
    rf"(?:[\W_]*(?:\d+(?:st|nd|rd|th)\s+)?(?:{_MARKS})(?:\s*\d+)?\s*(?:[)\]]+[\s:.—–-]*|[:|!…—–.։-]+\s*))+",
    re.IGNORECASE,
)
_LOUD = re.compile(
    r"\W*(?:SON DAKİKA|FLAŞ|BREAKING|URGENT|UPDATE|СРОЧНО|МОЛНИЯ|ՇՏԱՊ|TƏCİLİ)\s+(?=\w*[^\W\d_A-ZА-ЯԱ-ՖƏÖÜÇŞĞİ])"
)
"""A mark in capitals that no sign divides from a title which is not."""
_AFTER = re.compile(rf"(?:\s*[(\[|–—-]\s*(?:{_MARKS})(?:\s*\d+)?\s*[)\]]?)+\s*$", re.IGNORECASE)
_OUTLET = re.compile(r"\s[|–—-]\s[^|–—]{1,40}$")

_PLACE = r"[^\W\d_][^\n.,:։()/]{0,30}"
_DATE = r"(?:\d{1,2}\.?\s*[^\W\d_]{3,10}|[^\W\d_]{3,10}\.?\s*\d{1,2})(?:,?\s+\d{4})?"
_DATELINES = (
    re.compile(rf"\s*[^\n()]{{0,40}}\((?:{AGENCIES})\)\s*[-–—:.]*\s*", re.IGNORECASE),
    re.compile(
        rf"\s*(?:{_PLACE}[.,:]\s*)?(?:{_DATE}\s*[.,/–—-]*\s*)?[/«]?(?:{AGENCIES})[/»]?\s*(?:[.:։,/–—-]+\s*|\n)",
        re.IGNORECASE,
    ),
    re.compile(rf"\s*[^\W\d_a-zа-яա-ֆəöüçşğ]{{3,}}(?:,\s*{_PLACE})?,\s*{_DATE}\s*[.:–—-]+\s+"),
)
"""By what names the agency, and by a place in capitals and a date."""
_CREDIT = re.compile(
    rf"\W*(?:(?:{AGENCIES})\W*(?:$|\|)|by\s+\w+(?:\s+\w+){{1,3}}\W*$"
    r"|(?:additional )?(?:reporting|writing|editing) by\b|(?:last )?updated\b|обновлено\b|son güncelleme\b|güncelleme\b"
    r"|aktualisiert\b|թարմացվել\b|yenilənib\b|©|\(c\))",
    re.IGNORECASE,
)
_CREDIT_LENGTH = 90


def clean_title(title: str) -> str:
    """A title without edition marks ("UPDATE 2-", "(LEAD)") and without the outlet's name at its end."""
    bare = title
    for mark in (_BEFORE, _LOUD):
        found = mark.match(bare)
        bare = bare[found.end() :] if found else bare
    bare = _AFTER.sub("", bare)
    shorter = _OUTLET.sub("", bare).rstrip()
    return shorter if len(shorter) > len(bare) / 2 else bare or title


def credited(text: str, authors: Sequence[str] = ()) -> tuple[str, ...]:
    """The agencies that a text names as its source: in its dateline, in a line of credits, among its authors."""
    paragraphs, dateline = _taken_apart(text)
    lines = text.split("\n") if len(paragraphs) <= text.count("\n") else ()
    marks = "\n".join(filter(None, [*authors, *(line for line in lines if line not in paragraphs), dateline]))
    return tuple(name for name, written in _NAMED if _names(written, marks)) if marks else ()


def _names(agency: re.Pattern[str], marks: str) -> bool:
    """An agency's name begins with a capital, but for dpa's: "report" and "trend" are words."""
    return any(found[0][0].isupper() or found[0] == "dpa" for found in agency.finditer(marks))


def without_credits(text: str) -> str:
    """A text without its dateline, and without the paragraphs that say who wrote it."""
    paragraphs, dateline = _taken_apart(text)
    kept = "\n".join(paragraphs) or text
    return kept[len(dateline) :] or kept


@lru_cache(maxsize=2_048)  # asked for what is compared, and for who is credited; more than are grouped in one batch
def _taken_apart(text: str) -> tuple[Sequence[str], str]:
    """The paragraphs that say more than who wrote it, and the dateline with which they begin."""
    paragraphs = [
        paragraph for paragraph in text.split("\n") if len(paragraph) > _CREDIT_LENGTH or not _CREDIT.match(paragraph)
    ]
    kept = "\n".join(paragraphs) or text
    return paragraphs, next((found[0] for pattern in _DATELINES if (found := pattern.match(kept))), "")
