"""Inflected forms: what the tables must find and must not, and what holds for every word of every language."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.model import Content
from pipelines.rules.endings import LANGUAGES, inflections, is_name
from pipelines.rules.matcher import Matcher
from pipelines.text import fold
from tests.unit.rules.authoring import load

FORMS = [
    # Russian: each declension, fleeting vowels, adjectives as names, plurals of nouns
    ("ru", "Лачин", "Лачин Лачина Лачину Лачином Лачине"),
    ("ru", "Москва", "Москвы Москве Москву Москвой"),
    ("ru", "Россия", "России Россию Россией"),
    ("ru", "Сюник", "Сюника Сюнику Сюником Сюнике"),
    ("ru", "Кремль", "Кремля Кремлю Кремлём Кремле"),
    ("ru", "Сибирь", "Сибири Сибирью"),
    ("ru", "Алексей", "Алексея Алексею Алексеем Алексее"),
    ("ru", "Жириновский", "Жириновского Жириновскому Жириновским Жириновском"),
    ("ru", "Толстой", "Толстого Толстому Толстым"),
    ("ru", "Захарова", "Захаровой Захарову"),
    ("ru", "Лавров", "Лаврова Лаврову Лавровым Лаврове"),
    ("ru", "Евгений", "Евгения Евгению Евгением"),
    ("ru", "Георгий", "Георгия Георгию Георгием"),
    ("ru", "Нижний", "Нижнего Нижнему Нижнем"),
    ("ru", "Рая", "Раи Раю Рае"),
    ("ru", "Единая", "Единой Единую"),
    ("ru", "Чёрное", "Черного Черному Черном"),
    ("ru", "Соединённые", "Соединенных Соединенным"),
    ("ru", "Цой", "Цоя Цою Цоем"),
    ("ru", "Павел", "Павла Павлу Павлом"),
    ("ru", "Пётр", "Петра Петру Петром"),
    ("ru", "Лев", "Льва Льву Львом"),
    ("ru", "Донецк", "Донецка Донецке"),
    ("ru", "Эмираты", "Эмиратов Эмиратах Эмиратами"),
    ("ru", "Афины", "Афин Афинам Афинах"),
    ("ru", "Мытищи", "Мытищ Мытищах"),
    ("ru", "силы", "сил силам силами"),
    ("ru", "беженцы", "беженцев беженцам"),
    ("ru", "Приднестровье", "Приднестровья Приднестровью Приднестровьем"),
    ("ru", "МИД", "МИДа МИДу МИДом"),
    ("ru", "миротворец", "миротворцы миротворцев миротворцами миротворцам миротворцах миротворца"),
    ("ru", "боец", "бойца бойцы бойцов бойцами"),
    ("ru", "колонна", "колонны колонн колоннами колонной"),
    ("ru", "посольство", "посольства посольств посольством"),
    ("ru", "переговоры", "переговоров переговорам переговорами переговорах"),
    ("ru", "учение", "учения учений учениями учениям"),
    ("ru", "Нахичевань", "Нахичевани Нахичеванью"),
    # Armenian: articles, cases, plurals, and what the end of the word does
    ("hy", "Լաչին", "Լաչինը Լաչինի Լաչինին Լաչինից Լաչինով Լաչինում"),
    ("hy", "Երևան", "Երևանի Երևանում Երևանից Երևանը"),
    ("hy", "Հայաստան", "Հայաստանի Հայաստանն Հայաստանին Հայաստանում"),
    ("hy", "Բաքու", "Բաքվի Բաքվում Բաքվից Բաքուն Բաքվին"),
    ("hy", "Գյումրի", "Գյումրու Գյումրիում Գյումրիից Գյումրին"),
    ("hy", "Եվրոպա", "Եվրոպայի Եվրոպայում Եվրոպան Եվրոպայից"),
    ("hy", "Թուրքիա", "Թուրքիայի Թուրքիայում Թուրքիան"),
    ("hy", "Դավիթ", "Դավթի Դավթին Դավիթը"),
    ("hy", "երկիր", "երկրի երկրում երկրներ երկրների երկիրը"),
    ("hy", "գիծ", "գծի գծում գծեր գծից"),
    ("hy", "խաղաղապահ", "խաղաղապահներ խաղաղապահների խաղաղապահները խաղաղապահներին խաղաղապահներով"),
    ("hy", "հանրապետություն", "հանրապետության հանրապետությունից հանրապետությամբ հանրապետությանը"),
    ("hy", "շարժում", "շարժման շարժումը շարժումներ"),
    ("hy", "զորք", "զորքեր զորքերի զորքերը"),
    # Turkish: what the apostrophe does not split off
    ("tr", "Türk", "Türkler Türklerin Türkün"),
    ("tr", "Fransız", "Fransızlar Fransızların"),
    ("tr", "Bakanlığı", "Bakanlığının Bakanlığına Bakanlığında Bakanlığından"),
    ("tr", "asker", "askerler askerleri askerlerin askerlere askerlerden askerin"),
    ("tr", "dernek", "derneği derneğin derneğinin dernekler"),
    ("tr", "örgüt", "örgütü örgütün örgütler örgütünün"),
    # Azerbaijani: names without an apostrophe
    ("az", "Laçın", "Laçının Laçına Laçını Laçında Laçından Laçındakı"),
    ("az", "Bakı", "Bakının Bakıya Bakıda Bakıdan Bakını Bakıdır"),
    ("az", "Xankəndi", "Xankəndinin Xankəndinə Xankəndində Xankəndindən Xankəndidə"),
    ("az", "Qarabağ", "Qarabağın Qarabağa Qarabağda Qarabağdakı"),
    ("az", "Əliyev", "Əliyevin Əliyevə Əliyevlə Əliyevdən Əliyevi"),
    ("az", "Nazirliyi", "Nazirliyinin Nazirliyinə Nazirliyində"),
    ("az", "Lacin", "Lacinin Lacinda Lacindan"),
    ("az", "sülhməramlı", "sülhməramlılar sülhməramlıların sülhməramlıları sülhməramlının"),
    ("az", "postu", "postunun postuna postunda"),
    ("az", "qoşun", "qoşunlar qoşunları qoşunların qoşunu qoşunlarının"),
    # Georgian: stems on a consonant, on a vowel, with a vowel that falls
    ("ka", "ირაკლი", "ირაკლიმ ირაკლის ირაკლისთან ირაკლისთვის"),
    ("ka", "თბილისი", "თბილისის თბილისში თბილისს თბილისიდან თბილისთან თბილისმა თბილისამდე თბილისისთვის"),
    ("ka", "საქართველო", "საქართველოს საქართველოში საქართველოსთან საქართველოდან საქართველომ"),
    ("ka", "ერევანი", "ერევნის ერევანში ერევნიდან ერევანს"),
    ("ka", "ანკარა", "ანკარის ანკარაში ანკარიდან ანკარას ანკარამ"),
    ("ka", "ბაქო", "ბაქოს ბაქოში ბაქოდან"),
    ("ka", "ფაშინიანი", "ფაშინიანის ფაშინიანმა ფაშინიანს ფაშინიანთან"),
    ("ka", "ლაჩინი", "ლაჩინის ლაჩინში ლაჩინიდან ლაჩინისკენ"),
    # Arabic: what is written together before and behind
    ("ar", "أرمينيا", "أرمينيا وأرمينيا بأرمينيا لأرمينيا ارمينيا"),
    ("ar", "مفاوضات", "المفاوضات والمفاوضات بالمفاوضات للمفاوضات مفاوضات"),
    ("ar", "الهدنة", "الهدنة هدنة والهدنة للهدنة هدنته"),
    ("ar", "جندي", "الجندي جنديا جنديان لجندي"),
    ("ar", "مراقب", "مراقبون المراقبين مراقبين للمراقبين"),
    ("ka", "მშვიდობისმყოფელი", "მშვიდობისმყოფელები მშვიდობისმყოფელების მშვიდობისმყოფლის"),
]
NOT_FORMS = [
    ("ru", "Мир", "Мирный Мирзоян Миров"),
    ("ru", "Лачин", "Лачинский Лачинцы"),
    ("ru", "Армения", "Армян Армянский"),
    ("ru", "НАТО", "Натовский Натура"),
    ("hy", "Լաչին", "Լաչինյան Լաչինցի"),
    ("hy", "Արա", "Արարատ Արամ Արաս Արագ"),
    ("hy", "Հայաստան", "Հայաստանցի Հայաստանյան"),
    ("tr", "Bakü", "Bakım Bakış Bakır"),
    ("tr", "Kars", "Karşı Karsıyaka Karşıt"),
    ("tr", "Van", "Vana Vanilya"),
    ("az", "Bakı", "Bakım Bakış Bakılı"),
    ("az", "Laçın", "Laçınlı Laçınov"),
    ("az", "Qazax", "Qazaxıstan Qazaxstan"),
    ("ka", "თბილისი", "თბილისელი თბილისური"),
    ("ar", "باكو", "باكورة باكوف"),
    ("ar", "سلام", "إسلام سلامة السلامة"),
    ("ka", "გორი", "გორგასალი გორილა"),
]


def forms(word: str, language: str) -> set[str]:
    """Every form, folded."""
    return {stem.stem + ending for stem in inflections(word, language) for ending in stem.endings}


@pytest.mark.parametrize(("language", "word", "expected"), FORMS, ids=[word for _, word, _ in FORMS])
def test_forms(language: str, word: str, expected: str) -> None:
    assert {form for form in expected.split() if fold(form) not in forms(word, language)} == set()


@pytest.mark.parametrize(("language", "word", "others"), NOT_FORMS, ids=[word for _, word, _ in NOT_FORMS])
def test_other_words(language: str, word: str, others: str) -> None:
    assert {other for other in others.split() if fold(other) in forms(word, language)} == set()


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_table_stays_small(language: str) -> None:
    words = [word for tongue, word, _ in FORMS if tongue == language]
    sizes = {word: max(len(stem.endings) for stem in inflections(word, language)) for word in words}
    assert max(sizes.values()) <= 60, sizes  # each ending more is a chance of another word


@pytest.mark.parametrize(
    ("language", "word"),
    [("ru", "EUMA"), ("hy", "Лачин"), ("ka", "Lachin"), ("tr", "Լաչին"), ("az", "1915"), ("ru", "И")],
)
def test_a_word_of_another_script_has_no_other_form(language: str, word: str) -> None:
    assert forms(word, language) == {fold(word)}


def test_a_language_without_a_table_is_no_silent_miss() -> None:
    with pytest.raises(KeyError):
        inflections("Lachin", "xx")


@pytest.mark.parametrize(
    ("word", "name"),
    [("Лачин", True), ("пост", False), ("İran", True), ("թուրք", False), ("თბილისი", False), ("ᲗᲑᲘᲚᲘᲡᲘ", False)],
)
def test_a_name_begins_with_a_capital_where_there_are_any(word: str, name: bool) -> None:
    assert is_name(word) == name


LETTERS = {
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآءئؤ\u0640\u064b",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя\u0301",
    "hy": "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև՛",
    "ka": "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
    "tr": "abcçdefgğhıijklmnoöprsştuüvyzâîû",
    "az": "abcçdeəfgğhxıijkqlmnoöprsştuüvyz\u00ad",
}
WORDS = st.sampled_from(sorted(LETTERS)).flatmap(
    lambda language: st.tuples(
        st.just(language),
        st.one_of(st.text(LETTERS[language], min_size=1, max_size=12), st.text(max_size=8)),
        st.booleans(),
    )
)


@given(WORDS)
def test_every_form_is_folded_and_the_word_itself_is_one(sample: tuple[str, str, bool]) -> None:
    language, word, capital = sample
    word = word.capitalize() if capital else word
    every = forms(word, language)
    assert fold(word) in every
    assert {fold(form) for form in every} == every
    assert all(stem.endings for stem in inflections(word, language))


@given(WORDS)
@example(("az", "Ì", False))
@example(("tr", "İ", True))
def test_the_spelling_of_a_letter_decides_nothing(sample: tuple[str, str, bool]) -> None:
    language, word, _ = sample
    letters = {"ru": "й", "hy": "և", "ka": "ა", "tr": "ç", "az": "ö", "ar": "أ"}[language]
    word = letters + word
    assert forms(unicodedata.normalize("NFD", word), language) == forms(unicodedata.normalize("NFC", word), language)


@given(WORDS)
def test_a_name_has_no_more_forms_than_the_noun(sample: tuple[str, str, bool]) -> None:
    language, word, _ = sample
    lower = word.lower()
    if language in {"hy", "ka"} and lower.isalpha():
        assert forms(lower.capitalize(), language) <= forms(lower, language)


def test_the_engine_finds_every_form_of_every_table(tmp_path: Path) -> None:
    lines = [
        f"  - {{id: r{n}, any: [{{term: {word}, forms: {language}}}]}}" for n, (language, word, _) in enumerate(FORMS)
    ]
    matcher = Matcher(load(tmp_path, "version: 1\nrules:\n" + "\n".join(lines)).rules)
    for number, (language, word, _) in enumerate(FORMS):
        every = sorted(forms(word, language))
        title = " ".join(form.capitalize() for form in every)
        found = [one for one in matcher.judge(Content(title=title), None) if one.rule.rule_id == f"r{number}"]
        assert [len(one.hits) for one in found] == [len(every)], word
