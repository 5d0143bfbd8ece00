"""Words that tell of no event, in the five languages of the desk: countries, days, and what every headline says."""

_COUNTRIES: dict[str, tuple[str, ...]] = {
    "armenia": ("armenia", "армени", "армян", "հայաստան", "հայկակ", "ermənistan", "ermenistan", "ermeni", "erməni"),
    "azerbaijan": ("azerbaija", "azeri", "азербайджан", "ադրբեջան", "azərbaycan", "azerbaycan"),
    "georgia": ("georgia", "грузи", "վրաստան", "վրացակ", "gürcü", "gürcistan"),
    "russia": ("russia", "росси", "русск", "ռուսաստան", "ռուսակ", "rusiya", "rusya", "rus"),
    "turkey": ("turkey", "türkiy", "turkiy", "turkish", "турци", "турецк", "թուրքիա", "թուրքակ", "türkiyə"),
    "iran": ("iran", "иран", "իրան"),
    "usa": ("us", "usa", "america", "united", "сша", "америк", "ամն", "ամերիկ", "abş", "abd", "amerika"),
    "ukraine": ("ukrain", "украин", "ուկրաին", "ukrayna"),
    "france": ("france", "french", "франц", "ֆրանս", "fransa", "fransız"),
    "germany": ("german", "герман", "немецк", "գերման", "almaniya", "almanya"),
    "europe": ("eu", "europe", "ес", "евро", "եվրո", "եմ", "avropa", "avrupa", "aİ", "ab"),
    "britain": ("uk", "britain", "british", "британ", "великобритан", "բրիտան", "britaniya", "ingiltere"),
    "china": ("china", "chinese", "кита", "չինաստան", "չինակ", "çin"),
    "israel": ("israel", "израил", "իսրայել", "israil", "i̇srail", "isra"),
}
"""Beginnings of words. No transliteration brings these together, and they weigh little: each is in much of the news."""
_BY_TWO_LETTERS: dict[str, list[tuple[str, str]]] = {}
for _name, _stems in _COUNTRIES.items():
    for _stem in _stems:
        _BY_TWO_LETTERS.setdefault(_stem[:2], []).append((_stem, _name))


def country_of(word: str) -> str | None:
    """The country that a word in lower case names, or whose people."""
    return next((name for stem, name in _BY_TWO_LETTERS.get(word[:2], ()) if word.startswith(stem)), None)


_WORDS = """
about after again against ahead also amid among another back because been before being between both call calls could
despite does down during each first from further gets gives goes have head help here how into its itself just last
latest least less like live make makes many month months more most much must need never news next none only other
over part people plan plans reports said same says several should since some still such take takes talks than that
their them then there these they this those three through time today told tomorrow under until update upon very
wants week weeks were what when where which while will with within without would year years yesterday your video
photo photos the and for are but not you all can has her his one our out was who why two new may top get set put see
off due president prime minister ministry government leader office spokesman spokesperson official officials
statement также более будет были было быть года году данным даже день если есть заявил заявила заявили из-за именно
итоги когда который которая которые которых между меня может можно надо него нужно один около очень перед после
потому почему при против про сегодня себя сказал сообщил сообщила сообщили сообщает среди стало стали такой тем
теперь того только тоже уже чего человек через чтобы этого этом этот эти президент премьер премьер-министр министр
министерство правительство глава представитель пресс-секретарь заявление новости фото видео առաջ ասել ասում արդեն
այդ այս այլ այսօր անդամ ավելի բայց բոլոր գրել եղել երբ երեկ էին էր ընթացքում թե իսկ իր իրենց կամ կա կարող կողմից
հայտնել հայտնեց հայտարարել հետ հետո համար մասին մեջ մեկ մինչ մինչև միայն նաև նոր նախ որ որը որոնք պետք վրա տեղի տարի
տարեկան նախագահ նախագահը վարչապետ վարչապետը նախարար նախարարը նախարարություն կառավարություն խոսնակ amma bu bir biri
bildirib bildirdi bildirilib deyib dedi edib edilib edən ediləcək etdi etmək gün görə həm hər ilə indi isə kimi kimə
nə oldu olub olan olaraq olunub onun onlar ötən qədər sonra tərəfindən təqdim üçün üzrə və yeni yenə yoxdur
prezident prezidenti baş nazir naziri nazirliyi hökumət sözçüsü rəhbəri xəbər açıkladı ancak artık aynı bazı bile
böyle bugün büyük çok çünkü daha değil diye dün eden edildi edilen ederek etti fakat gibi göre hakkında hangi hem
henüz için ile ilgili ise kadar kendi konuştu nasıl olarak olduğunu olması önce sadece şimdi söyledi son tarafından
tüm üzere üzerinde var ve veya yapılan yaptı yıl yine zaman cumhurbaşkanı başbakan bakan bakanı bakanlığı hükümet
sözcüsü haber
"""
_MONTHS = """
january february march april june july august september october november december
января февраля марта апреля июня июля августа сентября октября ноября декабря
հունվարի փետրվարի մարտի ապրիլի մայիսի հունիսի հուլիսի օգոստոսի սեպտեմբերի հոկտեմբերի նոյեմբերի դեկտեմբերի
yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr
ocak şubat nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
pazartesi salı çarşamba perşembe cuma cumartesi pazar bazar ertəsi çərşənbə cümə şənbə axşamı
reuters afp tass тасс armenpress арменпресс interfax интерфакс bloomberg anadolu
"""
STOP = frozenset((_WORDS + _MONTHS).split())
