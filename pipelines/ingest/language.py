"""Language tags as feeds and pages give them, as the two letters that rules use."""

import re

_TAG = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_].{0,40})?\s*")
_SHORTER = {
    "eng": "en",
    "rus": "ru",
    "ukr": "uk",
    "deu": "de",
    "ger": "de",
    "fra": "fr",
    "fre": "fr",
    "spa": "es",
    "hye": "hy",
    "arm": "hy",
    "kat": "ka",
    "geo": "ka",
    "aze": "az",
    "tur": "tr",
    "fas": "fa",
    "per": "fa",
    "ara": "ar",
    "ita": "it",
    "por": "pt",
    "pol": "pl",
    "zho": "zh",
    "chi": "zh",
    "jpn": "ja",
    "kor": "ko",
    "iw": "he",
    "in": "id",
}


def language_code(tag: str | None) -> str | None:
    """ISO 639-1 where it has the language (`en-GB` is `en`), else the three letters given; None for no tag."""
    found = _TAG.fullmatch(tag[:100]) if tag else None
    if found is None:
        return None
    code = found[1].lower()
    return None if code in {"und", "mul", "zxx"} else _SHORTER.get(code, code)
