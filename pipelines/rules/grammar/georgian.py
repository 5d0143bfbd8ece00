"""Georgian: cases, and what is written behind them; ი, ა and ე at a word's end are seldom of the stem."""

import re

from pipelines.rules.grammar.paradigm import Paradigm

VOWELS = "აეიოუ"
DATIVE = "მა მაც ს საც სა ში შიც შია ზე ზეც ზეა თან თანაც სთან სთანაც"
"""Ergative and dative, and the postpositions that join the dative; ც is also, ა is."""
GENITIVE = "ის ისა ისაც ისთვის ისთვისაც ისგან ისკენ იდან იდანაც იდანვე ით ითა ითაც ად ადაც ამდე"
"""Genitive, instrumental, adverbial, and the postpositions that join them."""
CLOSED = f"ი იც ია {DATIVE} {GENITIVE}"
OPEN = "მ მაც ს საც სა ში შიც შია ზე ზეც ზეა სთან სთანაც სთვის სთვისაც სგან სკენ დან დანაც თი თიც დ მდე ც ა"
"""The same behind a vowel that stays: საქართველო, საქართველოში."""
KEPT = "მ მაც სთან სთანაც"
_SYNCOPE = re.compile("(.*[აეიოუ].*[^აეიოუ])[აეო]([ლრნმ])")


def paradigm(word: str, *, name: bool) -> Paradigm:  # noqa: ARG001 - Georgian writes names and nouns alike
    """Stems and endings of a folded word."""
    last, stem = word[-1], word[:-1]
    if last not in VOWELS:
        yield from _closed(word)
    elif last == "ი" and stem and stem[-1] not in VOWELS:
        yield from _closed(stem)
        yield word, KEPT  # a first name's ი is of the stem: ირაკლი, ირაკლიმ
    else:
        yield word, OPEN
        yield word + "ებ", CLOSED
    if last in "აე" and len(stem) > 1:  # ანკარა, ანკარის; მდინარე, მდინარის
        yield stem + "ებ", CLOSED
        yield from _shortened(stem)


def _closed(stem: str) -> Paradigm:
    """თბილისი, თბილისში."""
    yield stem, CLOSED
    yield stem + "ებ", CLOSED
    yield from _shortened(stem)


def _shortened(stem: str) -> Paradigm:
    """The last vowel of some stems falls in genitive, instrumental, adverbial and plural: ერევანი, ერევნის."""
    yield stem, GENITIVE
    fallen = _SYNCOPE.fullmatch(stem)
    if fallen:
        yield fallen[1] + fallen[2], GENITIVE
        yield fallen[1] + fallen[2] + "ებ", CLOSED
