"""Which language a text is in: by its script, then by its letters and words; what page and feed say is a prior."""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import islice

from py3langid.langid import MODEL_FILE, LanguageIdentifier

# The languages of one script that outlets of the wider region and of the big agencies write in: among all that the
# model knows, short texts are taken for Occitan, Walloon or Chuvash.
_BY_SCRIPT = {
    "latin": ("en tr az de fr es it pt nl pl ro cs sk hu sv no da fi et lv lt hr sl sq ca id vi is ga eu mt"),
    "cyrillic": "ru uk be bg sr mk kk ky mn",
    "arabic": "ar fa ur ku ps",
    "devanagari": "hi mr ne",
}
_ALONE = {
    "armenian": "hy",
    "georgian": "ka",
    "greek": "el",
    "hebrew": "he",
    "hangul": "ko",
    "kana": "ja",
    "han": "zh",
    "thai": "th",
}
_RANGES = (
    (0x41, 0x24F, "latin"),
    (0x1E00, 0x1EFF, "latin"),
    (0x370, 0x3FF, "greek"),
    (0x400, 0x52F, "cyrillic"),
    (0x530, 0x58F, "armenian"),
    (0x590, 0x5FF, "hebrew"),
    (0x600, 0x77F, "arabic"),
    (0x900, 0x97F, "devanagari"),
    (0xE00, 0xE7F, "thai"),
    (0x10A0, 0x10FF, "georgian"),
    (0x2D00, 0x2D2F, "georgian"),
    (0x3040, 0x30FF, "kana"),
    (0x3400, 0x9FFF, "han"),
    (0xAC00, 0xD7AF, "hangul"),
)
_READ = 1_500
"""Characters that are looked at: more change no answer."""
_LETTERS_READ = 400
"""Letters that tell the script."""
_TELLING = 6
"""Letters below which a text tells its script and no more."""
_USUAL = {"ru": 5.0, "en": 2.0, "tr": 2.0, "az": 2.0}
"""How much oftener a language is met here than others: Russian lines of 30 letters, .81 right without and .98 with."""
_LETTERS = {"ə": "az", "ў": "be", "ї": "uk", "є": "uk", "ґ": "uk", "қ": "kk", "ұ": "kk", "ђ": "sr", "ѓ": "mk"}
"""Letters that one language alone has: one is enough in a short text."""
_SHORT = 80
_LIKELY = 0.25
"""Share of the best answer's likelihood at which what page or feed says stands."""


def detect(text: str, said: Iterable[str | None] = ()) -> str | None:
    """ISO 639-1 of a text; `said` are the languages that its page, then its feed, claim; None where nothing tells.

    A claim that the script refutes counts for nothing: templates in English stand around text in Armenian.
    """
    claims = [claim for claim in said if claim]
    script, letters = _script(text)
    if script is None:
        return claims[0] if claims else None
    if script in _ALONE:
        return _ALONE[script]
    languages = _BY_SCRIPT[script].split()
    fitting = [claim for claim in claims if claim in languages]
    if letters < _TELLING:
        return fitting[0] if fitting else None
    if letters < _SHORT and (own := next((_LETTERS[one] for one in text.casefold() if one in _LETTERS), None)):
        return own
    ranked = {one: share * _USUAL.get(one, 1.0) for one, share in _ranked(text[:_READ], languages)}
    best = max(ranked, key=lambda language: ranked[language])
    return next((claim for claim in fitting if ranked.get(claim, 0.0) >= _LIKELY * ranked[best]), best)


def _script(text: str) -> tuple[str | None, int]:
    """The script of most letters, and how many it has; kana, however few beside Han, is Japanese."""
    counts = Counter[str]()
    for character, number in Counter(islice(filter(str.isalpha, text), _LETTERS_READ)).items():
        counts.update({name: number for low, high, name in _RANGES if low <= ord(character) <= high})
    if not counts:
        return None, 0
    if counts["kana"] * 10 > counts["han"]:
        counts["kana"] += counts["han"]
    script, letters = counts.most_common(1)[0]
    return script, letters


def _ranked(text: str, languages: list[str]) -> list[tuple[str, float]]:
    return [(language, share) for language, share in _identifier().rank(text) if language in languages]


@cache
def _identifier() -> LanguageIdentifier:
    """Loaded once a process, and not before a text asks for it."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(" ".join(_BY_SCRIPT.values()).split())
    return identifier
