"""Stems by Snowball, for languages without a table of endings of ours; the only file that imports PyStemmer."""

from functools import lru_cache

import Stemmer  # type: ignore[import-not-found]  # an extension without types

from pipelines.text import fold

_ALGORITHMS = {
    "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "sr": "serbian", "st": "sesotho", "sv": "swedish",
    "ta": "tamil", "yi": "yiddish",
}  # fmt: skip
LANGUAGES = frozenset(_ALGORITHMS)
"""ISO 639-1 codes; Arabic, Armenian, Russian and Turkish are left to our tables, which find more names."""


@lru_cache(maxsize=1 << 16)
def stem(word: str, language: str) -> str:
    """The folded stem of a word as written; forms of one word have equal stems. `language` is one of LANGUAGES."""
    whole = fold(word, keep_accents=True)
    return fold(_stemmer(language).stemWord(whole)) or fold(word)


@lru_cache(maxsize=len(_ALGORITHMS))
def _stemmer(language: str) -> "Stemmer.Stemmer":
    return Stemmer.Stemmer(_ALGORITHMS[language], 0)  # its own cache would only double ours
