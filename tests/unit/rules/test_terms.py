"""A table of terms: what each finds in a text, to the character."""

from pathlib import Path

import pytest

from pipelines.model import Content
from tests.unit.rules.authoring import judge, load_one

# Terms as a YAML list, the text, and what they hit in reading order.
TABLE = [
    # whole words, English
    ("[strike]", "A strike began", ["strike"]),
    ("[strike]", "Strikes began", []),
    ("[strike]", "STRIKE!", ["STRIKE"]),
    ("[strike]", "airstrike", []),
    ("[strike]", "air-strike", ["strike"]),
    ("[Lachin]", "Lachin's mayor and Lachin’s road", ["Lachin", "Lachin"]),
    ("[1915]", "In 1915, not in 19155 or 191.5", ["1915"]),
    ("[no]", "Oh no, nobody knows", ["no"]),
    ("[true, off]", "true words off and on", ["true", "off"]),
    ('["22:00"]', "at 22:00 sharp", ["22:00"]),
    ("[1.10]", "version 1.10 and 1.1", ["1.10"]),
    ("[007]", "agent 007, not 7", ["007"]),
    ("[U.S.]", "the U.S. army", ["U.S"]),
    ("[C]", "plan C", ["C"]),
    # phrases
    ("[opened fire]", "They opened fire again", ["opened fire"]),
    ("[opened fire]", "They opened  “fire” again", ["opened  “fire"]),
    ("[opened fire]", "They opened. Fire spread", []),
    ("[opened fire]", "They opened\nfire again", ["opened\nfire"]),
    ("[opened fire]", "They opened\n\nfire again", []),
    ("[opened fire]", "fire opened", []),
    ("[opened fire]", "opened the fire", []),
    ("[J. Smith]", "Mr J. Smith left", ["J. Smith"]),
    ("[Dr Watson]", "Dr. Watson left", ["Dr. Watson"]),
    ("[anti-tank]", "anti tank and anti-tank and antitank", ["anti tank", "anti-tank"]),
    ("[anti tank]", "anti\u2011tank", ["anti\u2011tank"]),
    ("[O'Brien]", "Mr O’Brien and O Brien, not Brien", ["O’Brien", "O Brien"]),
    ("[Black Sea Fleet]", "the Black Sea. Fleet", []),
    # wildcards
    ("[peacekeep*]", "Peacekeepers, peacekeeping and peace", ["Peacekeepers", "peacekeeping"]),
    ("[peacekeep*]", "unpeacekeeping", []),
    ("[ceas* fir*]", "ceased firing; ceasing the fires", ["ceased firing"]),
    ("[withdr?w]", "withdraw, withdrew, withdrawn", ["withdraw", "withdrew"]),
    ("[organi?ation*]", "organisations and organizational", ["organisations", "organizational"]),
    ("['?an']", "man, can, an, Khan", ["man", "can"]),
    ("[wom?n]", "wom1n women", ["women"]),
    # the longest of overlapping hits
    ("[Lachin, Lachin corridor]", "the Lachin corridor near Lachin", ["Lachin corridor", "Lachin"]),
    ("[Black Sea, Sea Fleet Command]", "Black Sea Fleet Command", ["Sea Fleet Command"]),
    ("[war, war*]", "war and warfare", ["war", "warfare"]),
    # case and accents
    ("[{term: EUMA, case: exact}]", "EUMA, Euma and euma", ["EUMA"]),
    ("[{term: US, case: exact}]", "give us the US", ["US"]),
    ("[{term: Café, accents: exact}]", "cafe, café, CAFE\u0301", ["café", "CAFE\u0301"]),
    ("[{term: Tür, case: exact, accents: exact}]", "Tür tür Tur", ["Tür"]),
    ("[{term: Peace*, case: exact}]", "Peacekeepers keep peacekeepers", ["Peacekeepers"]),
    ("[{term: Wom?n, case: exact}]", "Woman woman", ["Woman"]),
    ("[{term: İzmir, case: exact}]", "Izmir İzmir izmir", ["Izmir", "İzmir"]),
    # Azerbaijani and Turkish
    ("[Laçın]", "Laçın, Lacin, LAÇIN, Laçin", ["Laçın", "Lacin", "LAÇIN", "Laçin"]),
    ("[laçın*]", "Laçınlı və Laçında", ["Laçınlı", "Laçında"]),
    ("[Karabağ]", "Karabağ'ın KARABAĞ’da Karabağda", ["Karabağ", "KARABAĞ"]),
    ("[sülhməramlı*]", "Sülhməramlılar SÜLHMƏRAMLI sulhmeramli", ["Sülhməramlılar", "SÜLHMƏRAMLI", "sulhmeramli"]),
    ("[barış güc*]", "Barış Gücü, barış güçleri", ["Barış Gücü", "barış güçleri"]),
    ("[İstanbul]", "istanbul İSTANBUL ISTANBUL Istanbul", ["istanbul", "İSTANBUL", "ISTANBUL", "Istanbul"]),
    ("[ısı]", "ISI ısı isi", ["ISI", "ısı", "isi"]),
    ("[əliyev]", "Əliyev ƏLİYEV Aliyev", ["Əliyev", "ƏLİYEV"]),
    ("[şuşa]", "Şuşa Susa ŞUŞA Shusha", ["Şuşa", "Susa", "ŞUŞA"]),
    ("[grev]", "grevde grev grevi", ["grev"]),
    # Russian
    ("[миротвор*]", "Миротворцы, МИРОТВОРЧЕСКИЕ силы", ["Миротворцы", "МИРОТВОРЧЕСКИЕ"]),
    ("[ёлка]", "Елка и ёлка", ["Елка", "ёлка"]),
    ("[йод]", "иод и йод", ["йод"]),
    ("[замок]", "за\u0301мок и замо\u0301к", ["за\u0301мок", "замо\u0301к"]),
    ("[черное море]", "Чёрное море", ["Чёрное море"]),
    ("[война]", "войны", []),
    ("[мир]", "мир, миром, Владимир", ["мир"]),
    ("[г. Шуша]", "в г. Шуша. Там", ["г. Шуша"]),
    ("[санкци*]", "санкции. Санкций", ["санкции", "Санкций"]),
    ("[нато]", "НАТО-вский", ["НАТО"]),
    # Armenian
    ("[Երևան]", "Երևան, Երեւան, ԵՐԵՎԱՆ", ["Երևան", "Երեւան", "ԵՐԵՎԱՆ"]),
    ("[խաղաղապահ*]", "Խաղաղապահները հեռացան։", ["Խաղաղապահները"]),
    ("[եկավ]", "Նա եկա՞վ", ["եկա՞վ"]),
    ("[Լաչին*]", "Լաչինի միջանցքում", ["Լաչինի"]),
    ("[Լաչինի միջանցք*]", "Լաչինի։ Միջանցքը", []),
    ("[Լաչինի միջանցք*]", "Լաչինի «միջանցքը»", ["Լաչինի «միջանցքը"]),
    ("[Շուշի]", "Շուշիում", []),
    ("[պատերազմ]", "ՊԱՏԵՐԱԶՄ", ["ՊԱՏԵՐԱԶՄ"]),
    # Georgian
    ("[თბილისი]", "თბილისი და თბილისში", ["თბილისი"]),
    ("[თბილის*]", "თბილისში ᲗᲑᲘᲚᲘᲡᲘ", ["თბილისში", "ᲗᲑᲘᲚᲘᲡᲘ"]),
    ("[სამხრეთ ოსეთ*]", "სამხრეთ ოსეთის საზღვარი", ["სამხრეთ ოსეთის"]),
    ("[აქცია]", "აქციები", []),
    # other scripts and oddities
    ("[café]", "cafe\u0301s, CAFE\u0301", ["CAFE\u0301"]),
    ("[Straße]", "Strasse STRASSE", ["Strasse", "STRASSE"]),
    ("[Arménie]", "l’Arménie, d'Armenie", ["Arménie", "Armenie"]),
    ("[Αθήνα*]", "Αθήνας ΑΘΗΝΑ", ["Αθήνας", "ΑΘΗΝΑ"]),
    ("[東京]", "在東京都", ["東京"]),
    ("[東京]", "東。京", []),
    ("[서울]", "서울 서울에서", ["서울"]),
    ("[peacekeepers]", "peace\u00adkeep\u200bers", ["peace\u00adkeep\u200bers"]),
    ("[Lachin]", "Laсhin with a Cyrillic es", []),
    ("[ﬁre]", "fire", ["fire"]),
    ("[fire]", "ﬁre 𝐟𝐢𝐫𝐞", ["ﬁre", "𝐟𝐢𝐫𝐞"]),
    ("[crash]", "💥crash💥", ["crash"]),
    ("[strike]", "", []),
    # misspellings
    (
        "[{term: Berdzor, fuzzy: 1}]",
        "Berdzor, Berzor, Bertzor, Berdzorr, Berzdor, berdzori",
        ["Berdzor", "Berzor", "Bertzor", "Berdzorr", "berdzori"],
    ),
    ("[{term: Berdzor, fuzzy: 2}]", "Berzdor, Berdz, Berd", ["Berzdor", "Berdz"]),
    ("[{term: Khankendi city, fuzzy: 1}]", "Hankendi city, Khankendi cite", ["Hankendi city"]),
    ("[{term: Степанакерт, fuzzy: 1}]", "СТЕПАНОКЕРТ", ["СТЕПАНОКЕРТ"]),
    (
        "[{term: Stepanakert, fuzzy: 1, case: exact}]",
        "Stepanokert stepanokert stepanakert",
        ["Stepanokert", "stepanakert"],
    ),
    ("[{term: aaaaaa, fuzzy: 2}]", "aaaa aaa bbaaaa", ["aaaa", "bbaaaa"]),
    # patterns
    (r"[x, {re: '\d+ (killed|dead)'}]", "12 killed, 13 dead; in 14. Killed 1x killed", ["12 killed", "13 dead"]),
    (r"[x, {re: 'm\w+a'}]", "mama mamma máma amma мама", ["mama", "mamma", "máma"]),
    (r"[x, {re: 'миротвор\w*'}]", "Миротворцы, немиротворец, МИРОТВОРЕЦ", ["Миротворцы", "МИРОТВОРЕЦ"]),
    ("[x, {re: 東京.?}]", "在東京都NATO東京", ["東京都", "東京"]),
    ("[x, {re: 'o brien'}]", "Mr O’Brien", ["O’Brien"]),
    ("[x, {re: '[^x]+ tank'}]", "Stop. Heavy tank", ["Heavy tank"]),
    ("[x, {re: '(anti )?tank'}]", "anti-tank, Tank", ["anti-tank", "Tank"]),
    ("[x, {re: 'a'}]", "a a ab a", ["a", "a", "a"]),
    (r"[x, {re: '[\w]+ov'}]", "Petrov Petrovs Ивановov", ["Petrov", "Ивановov"]),
    (r"[x, {re: 'U\p{Lu}', case: exact}]", "US us UN", ["US", "UN"]),
    # inflected forms
    ("[{term: withdraw, forms: en}]", "Withdraws, withdrawing; withdrew, drawing", ["Withdraws", "withdrawing"]),
    ("[{term: peacekeeper, forms: en}]", "PEACEKEEPERS’ naïve peacekeeper", ["PEACEKEEPERS", "peacekeeper"]),
    ("[{term: Лачин, forms: ru}]", "в Лачине, Лачином, ЛАЧИНА; лачин, Лачинский", ["Лачине", "Лачином", "ЛАЧИНА"]),
    ("[{term: Лачин, forms: ru, case: any}]", "лачина", ["лачина"]),
    ("[{term: Лачин, forms: ru, case: exact}]", "Лачина ЛАЧИНА", ["Лачина"]),
    ("[{term: Лачинский коридор, forms: ru}]", "в Лачинском коридоре, Лачинский. Коридор", ["Лачинском коридоре"]),
    ("[{term: Երևան, forms: hy}]", "Երևանում, Երեւանից, երևանյան", ["Երևանում", "Երեւանից"]),
    ("[{term: Ankara, forms: tr}]", "Ankara'da, Ankara’nın, ANKARA", ["Ankara", "Ankara", "ANKARA"]),
    ("[{term: თბილისი, forms: ka}]", "თბილისში და თბილისის", ["თბილისში", "თბილისის"]),
    ("[{term: résumé, forms: fr, accents: exact}]", "résumés, resumes", ["résumés"]),
    ("[{term: résumé, forms: fr}]", "résumés", ["résumés"]),
    # lists and their exceptions
    (
        "[{list: places.lachin}]",
        "Lachin, Лачинский, Բերձորում, LAÇINDA",
        ["Lachin", "Лачинский", "Բերձորում", "LAÇINDA"],
    ),
    ("[{list: places.lachin}]", "Lachin Aliyev spoke in Lachin", ["Lachin"]),
    ("[{list: places.lachin}]", "Лачина Алиева", []),
    ("[{list: places.all}]", "Yerevan, Lachin Aliyev", ["Yerevan"]),
    ("[{list: places.lachin}, Lachin Aliyev]", "Lachin Aliyev", ["Lachin Aliyev"]),
]


@pytest.mark.parametrize(("terms", "text", "expected"), TABLE)
def test_what_terms_hit(tmp_path: Path, terms: str, text: str, expected: list[str]) -> None:
    judgement = judge(load_one(tmp_path, f"any: {terms}"), Content(title="", body=text))
    hits = judgement.hits if judgement else ()
    assert [hit.text for hit in hits] == expected
    assert all(text[hit.start : hit.end] == hit.text for hit in hits)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("pattern", ["(a+)+x", "strike.*union.*(vote|ballot)", "(a|a)*b", r"(\w+ ?)+x"])
def test_a_pattern_takes_time_as_the_text_is_long(tmp_path: Path, pattern: str) -> None:
    """With `re` the first of them takes longer than the sun will shine, on a text of fifty letters."""
    rule = load_one(tmp_path, f"any: [{{re: '{pattern}'}}, anchor]")
    body = "a" * 20_000 + " strike union" * 2_500
    assert judge(rule, Content(title="", body=body)) is None
    assert judge(rule, Content(title="anchor", body=body))


GROUP = "terms: {{g: {{any: {}, {}}}}}, when: g"


@pytest.mark.parametrize(
    ("terms", "group", "text", "expected"),
    [
        ("[Lachin]", "except: [Lachin Aliyev]", "Lachin Aliyev in Lachin", ["Lachin"]),
        ("[laçın*]", "except: ['laçın* əliyev*']", "Laçın Əliyevin, Laçında", ["Laçında"]),
        ("[war]", "except: [cold war, war room]", "cold war, war room, war", ["war"]),
        ("[war]", "except: [cold war]", "cold. War", ["War"]),
        ("[war room]", "except: [war]", "war room", ["war room"]),
        ("[us, who]", "case: exact", "us US who WHO", ["us", "who"]),
        ("[{term: us, case: any}, who]", "case: exact", "us US who WHO", ["us", "US", "who"]),
        ("[Tür]", "accents: exact", "tür tur TÜR", ["tür", "TÜR"]),
        ("[{term: Tür, accents: any}, Öl]", "accents: exact", "tur Ol öl", ["tur", "öl"]),
        (r"[bus]", r"except: [{re: '\w+ bus \d+'}]", "the bus, night bus 5", ["bus"]),
    ],
)
def test_what_groups_hit(tmp_path: Path, terms: str, group: str, text: str, expected: list[str]) -> None:
    judgement = judge(load_one(tmp_path, GROUP.format(terms, group)), Content(title="", body=text))
    assert [hit.text for hit in judgement.hits] == expected if judgement else expected == []
