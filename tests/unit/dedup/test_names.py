"""One key for a name in every script, spelling and case; different names have different keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dedup.names import LETTERS, name_key

SAME = {
    "psnn": "Pashinyan:en Pashinian:en Пашинян:ru Пашиняном:ru Փաշինյանը:hy Փաշինյանին:hy Paşinyanın:az Paşinyan'ın:tr",
    "ptno": "Putin:en Путин:ru Путиным:ru Պուտին:hy Պուտինի:hy Putinlə:az Putin'in:tr",
    "krbk": "Karabakh:en Карабахе:ru Ղարաբաղում:hy Qarabağda:az Karabağ'da:tr",
    "lsn": "Lachin:en Лачин:ru Լաչինի:hy Laçın:az Laçin:tr",
    "ardk": "Erdogan:en Эрдоган:ru Էրդողան:hy Ərdoğan:az Erdoğan:tr",
    "arvn": "Yerevan:en Ереване:ru Երևանում:hy İrəvanda:az Erivan'da:tr",
    "alv": "Aliyev:en Алиев:ru Ալիև:hy Əliyevin:az Aliyev'in:tr",
    "mkrn": "Macron:en Макрон:ru Մակրոն:hy Makronla:az Macron:tr",
    "vsnk": "Washington:en Вашингтоне:ru Վաշինգտոն:hy Vaşinqton:az Washington'da:tr",
    "brnr": "Brenner:en Бреннер:ru Բրեները:hy Brenner:tr",
    "tbls": "Tbilisi:en Тбилиси:ru Թբիլիսիում:hy Tbilisidə:az თბილისი:ka",
}


@pytest.mark.parametrize("key", SAME)
def test_a_name_has_one_key_in_five_languages(key: str) -> None:
    for written in SAME[key].split():
        word, language = written.split(":")
        assert name_key(word, language) == key, written


def test_names_are_apart() -> None:
    names = [
        "Mirzoyan",
        "Lavrov",
        "Bayramov",
        "Zakharova",
        "Stepanakert",
        "Gyumri",
        "Meghri",
        "Goris",
        "Kapan",
        "Shusha",
        "Putin",
        "Petoyan",
    ]
    assert len({name_key(name, "en") for name in names}) == len(names)


@given(st.text(max_size=30), st.sampled_from([None, "en", "ru", "hy", "az", "tr", "xx"]))
def test_any_text_has_a_short_key(word: str, language: str | None) -> None:
    assert len(name_key(word, language)) <= LETTERS
    assert name_key(word.upper(), language) == name_key(word.upper().lower(), language)
