"""One key for a name however its script, spelling or case ending has it; pure.

Vowels are what transliterations disagree on, so the key is the consonants, near sounds taken as one, with a mark
where the name begins with a vowel: Pashinyan, Пашинян, Փաշինյանին and Paşinyan's are `psnn`. Where consonants are few,
the lips decide: whether the first vowel is rounded is heard in every script, and Putin is not Petoyan.
"""

import re
import unicodedata
from functools import lru_cache

LETTERS = 4
"""Of a key. What follows is mostly the ending of a case."""
LEAST = 3
"""Letters that an ending leaves: it is taken off only where the name goes on without it."""

_DIGRAPHS = re.compile("sch|shch|tsch|dzh|sh|ch|zh|kh|gh|ph|th|ts|tz|dz|dj|дж|дз|ու|ck|й|ё|ğ|ç|ş")
_DIGRAPH_KEYS = {"kh": "k", "gh": "k", "ğ": "k", "ph": "f", "th": "t", "ck": "k", "ու": "o", "й": "и", "ё": "е"}
"""What is not here hisses."""
_SOUNDS = {
    "k": "kgqhхкгқґհխկգքղ" + "ქკგღხჰყ",
    "s": "szjcжžзсцчшщջչճծցձժզսշջ" + "სზჟშჩცძწჭჯ",
    "p": "pпպփ" + "პფ",
    "b": "bбբ" + "ბ",
    "f": "fфֆ",
    "v": "vwвվււ" + "ვ",
    "t": "tтտթ" + "ტთ",
    "d": "dдդ" + "დ",
    "r": "rрրռ" + "რ",
    "l": "lлլ" + "ლ",
    "m": "mмմ" + "მ",
    "n": "nнն" + "ნ",
    "": "aeiouyıəæøœаеиоуыэюяійїєěёаէեըիոօայәөүაეიოუьъ'’՛`",
}
_SOUND_OF = {letter: sound for sound, letters in _SOUNDS.items() for letter in letters} | {"x": "ks", "և": "v"}
_ROUNDED = re.compile("[oóôöőøœuúûüůоуюёոօოუ]")
_VOWEL = re.compile(f"[{re.sub('[yйьъ՛`’]', '', _SOUNDS[''])}{_ROUNDED.pattern[1:]}")
_HARD_C = re.compile("c(?![eiyéèêî])")
_HARD_C_TURKIC = re.compile("c(?=[bdfgklmnprstvz])")  # in borrowed names alone: their own c is the English j
_ENDINGS = {
    "ru": re.compile("(?:ом|ем|ым|им|ами|ями|ого|его|ому|ему|ых|их|ах|ях)$"),
    "hy": re.compile("(?:ում|ից|ին|ը)$"),
    "az": re.compile("(?:[ıiuü]n|l[aə]|d[aə]n?|y[aə]|n[aə]|l[aə]r)$"),
    "tr": re.compile("(?:[ıiuü]n|yl[ae]|l[ae]|[dt][ae]n?|y[ae]|l[ae]r)$"),
}


@lru_cache(maxsize=1 << 16)
def name_key(word: str, language: str | None = None) -> str:
    """The key of one word; empty where it has next to no consonants."""
    bare = re.split("['’]", word.casefold())[0] if language == "tr" else word.casefold()
    whole = _sounds(bare, language)
    ending = _ENDINGS[language].search(bare) if language in _ENDINGS else None
    if ending and len(shorter := _sounds(bare[: ending.start()], language)) >= LEAST:
        whole = shorter
    if not whole or len(whole) >= LETTERS:
        return whole[:LETTERS]
    return whole + ("o" if _is_rounded(bare) else "")


def _is_rounded(word: str) -> bool:
    first = _VOWEL.search(unicodedata.normalize("NFC", word))
    return first is not None and _ROUNDED.match(first[0]) is not None


def _sounds(word: str, language: str | None) -> str:
    hard = _HARD_C_TURKIC if language in {"az", "tr"} else _HARD_C
    word = word.replace("x", "k") if language == "az" else word
    word = hard.sub("k", _DIGRAPHS.sub(_digraph, word))
    plain = [each for each in unicodedata.normalize("NFD", word) if unicodedata.category(each) != "Mn"]
    heard = [_SOUND_OF.get(each, "") for each in plain]
    sounds = "".join(one for one, before in zip(heard, ["", *heard], strict=False) if one != before)
    return f"a{sounds}" if sounds and plain[0] in _SOUNDS[""] else sounds


def _digraph(found: re.Match[str]) -> str:
    return _DIGRAPH_KEYS.get(found[0], "s")
