"""What wires and desks put around a text: edition marks of titles, datelines, bylines and credits; pure."""

import re

AGENCIES = (
    r"reuters|afp|ap|dpa|efe|ansa|upi|pa media|bloomberg|aa|a\.a\.?|anadolu|dha|iha|tass|тасс|interfax|интерфакс"
    r"|риа новости|apa|trend|azertac|azərtac|report|turan|armenpress|арменпресс|արմենպրես|арминфо|sputnik|спутник"
    r"|news\.am|newsgeorgia|interpressnews"
)
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


def without_credits(text: str) -> str:
    """A text without its dateline, and without the paragraphs that say who wrote it."""
    paragraphs = [
        paragraph for paragraph in text.split("\n") if len(paragraph) > _CREDIT_LENGTH or not _CREDIT.match(paragraph)
    ]
    kept = "\n".join(paragraphs) or text
    dateline = next((found for pattern in _DATELINES if (found := pattern.match(kept))), None)
    return kept[dateline.end() :] or kept if dateline else kept
