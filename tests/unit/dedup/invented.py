"""Invented news in five languages for the grouping tests; no place, person or outlet of it exists."""

from dataclasses import dataclass

from pipelines.model import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language's texts; the templates take a day's numbers."""

    title: str
    story: tuple[str, ...]
    other_title: str
    call: tuple[str, str]
    """Two desks' own reports of one telephone call."""
    appeal: tuple[str, str, str, str]
    shorts: tuple[tuple[str, str], tuple[str, str], tuple[str, str], tuple[str, str]]
    """Four short stories, (title, text)."""
    market: str
    flash: str

    @property
    def article(self) -> Content:
        """The long story."""
        return page(self.title, *self.story)


def page(title: str, *paragraphs: str) -> Content:
    """An article of these paragraphs."""
    return Content(title=title, body="\n".join(paragraphs))


ENGLISH = Language(
    title="Ferry service to Larkholm resumes after eleven days",
    story=(
        "The ferry between Eastmouth and the island of Larkholm sailed again on Monday morning, eleven days after a"
        " damaged pier forced the company to stop the line.",
        "About 240 passengers, most of them islanders with shopping bags and two brides' families, were on the first"
        " boat, the harbour master Odile Brenner said.",
        "Engineers had found cracks in three of the pier's nine pillars on the second of the month. Divers worked in"
        " shifts to brace them with steel before the autumn storms.",
        "The island's only bakery ran out of flour last Thursday, and the school sent its older pupils home because"
        " their teachers could not cross.",
        "The company said tickets bought for the lost days would be honoured until the end of the year. A new pier is"
        " planned, but the council has not yet agreed who will pay for it.",
    ),
    other_title="Islanders cheer as Larkholm boat returns",
    call=(
        "President Tamas Verel asked his neighbour Ilse Kordan on Tuesday to reopen the mountain road, saying that"
        " two valleys were running short of medicine. His office called the forty-minute conversation frank. Verel"
        " proposed that monitors of both countries should check lorries at the tunnel. Opposition deputies said the"
        " president had come to the telephone a month too late.",
        "Ilse Kordan told Tamas Verel by telephone that lorries could pass the tunnel once customs officers had"
        " returned to their posts, her spokesman said on Tuesday evening. The two leaders last spoke in the spring."
        " Kordan rejected the claim of a shortage and offered to send a doctor to see for herself. Traders at the"
        " border said forty vehicles were still waiting in the rain.",
    ),
    appeal=(
        "The Eastmouth Lantern lives from its readers alone. We have no owner, no sponsor and no advertising, and we"
        " mean to keep it so.",
        "If you can spare the price of a cup of coffee each month, you pay for a reporter's day in court or at the"
        " council, where nobody else will go.",
        "Every gift counts, however small. It takes less than a minute and you may stop whenever you like, without"
        " giving us any reason.",
        "Thank you for standing beside us. Write to us at the old lighthouse or come and see us on the first"
        " Saturday of any month, when the kettle is on.",
    ),
    shorts=(
        ("Library roof mended", "The town library opens again on Friday after its roof was mended in record time."),
        ("Swan stops tram", "A swan on the rails held up the harbour tram for an hour before a child led it away."),
        ("Mayor to retire", "Mayor Pia Lund will not stand again next spring and wants to keep bees instead."),
        ("Chess title won", "Pensioner Otto Maas beat a twelve-year-old to win the county's chess title at last."),
    ),
    market=(
        "The Eastmouth grain exchange closed {0} points {1} on the day at {2}. Wheat for May delivery stood at {3}"
        " crowns a tonne in quiet trading. Brokers said that {4} lots changed hands, and that buyers were waiting for"
        " the harvest figures."
    ),
    flash="Avalanche near Tarn Pass kills {0} skiers, rescuers say.",
)

RUSSIAN = Language(
    title="Паром на остров Ларкхольм снова ходит после перерыва в одиннадцать дней",
    story=(
        "Паром между Истмутом и островом Ларкхольм в понедельник утром снова вышел в море. Линию закрыли одиннадцать"
        " дней назад из-за повреждённого причала.",
        "На первом рейсе было около 240 пассажиров, в основном островитяне с покупками, рассказала начальница порта"
        " Одиль Бреннер.",
        "Инженеры нашли трещины в трёх из девяти опор причала. Водолазы работали посменно и укрепили их сталью ещё до"
        " осенних штормов.",
        "В прошлый четверг в единственной пекарне острова кончилась мука, а школа отпустила старших учеников домой:"
        " учителя не смогли переправиться.",
        "Компания обещает, что билеты на пропавшие дни будут действовать до конца года. Новый причал задуман, но совет"
        " пока не решил, кто за него заплатит.",
    ),
    other_title="Островитяне дождались корабля",
    call=(
        "Президент Тамаш Верел во вторник попросил соседку Ильзу Кордан открыть горную дорогу: в двух долинах"
        " кончаются лекарства. В его канцелярии сорокаминутный разговор назвали откровенным. Верел предложил, чтобы"
        " грузовики у тоннеля проверяли наблюдатели обеих стран. Оппозиция считает, что президент опоздал на месяц.",
        "Ильза Кордан заявила Тамашу Верелу по телефону, что машины пройдут через тоннель, как только таможенники"
        " вернутся на посты, сообщил вечером её представитель. В последний раз они беседовали весной. Кордан отрицает"
        " нехватку лекарств и готова прислать врача. Торговцы говорят, что сорок машин всё ещё стоят под дождём.",
    ),
    appeal=(
        "«Истмутский фонарь» живёт только на деньги читателей. У нас нет ни владельца, ни рекламы, и мы хотим, чтобы"
        " так было и дальше.",
        "Если вы можете раз в месяц отдать нам цену чашки кофе, вы оплачиваете день корреспондента в суде, куда больше"
        " никто не ходит.",
        "Важен любой перевод, даже самый маленький. Это займёт меньше минуты, а отказаться можно когда угодно и без"
        " объяснений.",
        "Спасибо, что вы рядом. Пишите нам на старый маяк или приходите в первую субботу месяца: чайник горячий.",
    ),
    shorts=(
        ("Крыша библиотеки", "Городская библиотека откроется в пятницу: крышу починили быстрее, чем обещали."),
        ("Лебедь и трамвай", "Лебедь на рельсах на час остановил портовый трамвай, пока его не увёл ребёнок."),
        ("Мэр уходит", "Мэр Пиа Лунд весной не пойдёт на выборы и собирается разводить пчёл."),
        ("Шахматы", "Пенсионер Отто Маас обыграл двенадцатилетнего соперника и стал чемпионом округа."),
    ),
    market=(
        "Зерновая биржа Истмута закрылась на {0} пункта {1}, индекс составил {2}. Майская пшеница стоила {3} кроны за"
        " тонну при спокойных торгах. По словам брокеров, продано {4} лотов, а покупатели ждут данных об урожае."
    ),
    flash="Лавина у перевала Тарн унесла жизни {0} лыжников, сообщили спасатели.",
)

ARMENIAN = Language(
    title="Լարքհոլմ կղզու լաստանավը տասնմեկ օր անց կրկին շարժվեց",
    story=(
        "Իսթմութի և Լարքհոլմ կղզու միջև լաստանավը երկուշաբթի առավոտյան կրկին ծով դուրս եկավ։ Գիծը փակվել էր տասնմեկ օր"
        " առաջ՝ վնասված նավամատույցի պատճառով։",
        "Առաջին նավում մոտ 240 ուղևոր կար, մեծ մասը՝ գնումներով վերադարձող կղզեցիներ, ասաց նավահանգստի պետ Օդիլ"
        " Բրեները։",
        "Ճարտարագետները ճաքեր էին հայտնաբերել նավամատույցի ինը սյուներից երեքում։ Ջրասուզակները հերթափոխով ամրացրին"
        " դրանք պողպատով մինչև աշնան փոթորիկները։",
        "Անցած հինգշաբթի կղզու միակ հացի փռում ալյուրը վերջացավ, իսկ դպրոցը մեծ աշակերտներին տուն ուղարկեց, քանի որ"
        " ուսուցիչները չէին կարող անցնել ծովը։",
        "Ընկերությունը խոստացավ, որ կորած օրերի տոմսերը վավեր կլինեն մինչև տարեվերջ։ Նոր նավամատույց է ծրագրվում, բայց"
        " խորհուրդը դեռ չի որոշել, թե ով է վճարելու։",
    ),
    other_title="Կղզեցիները ցնծությամբ դիմավորեցին նավը",
    call=(
        "Նախագահ Թամաշ Վերելը երեքշաբթի իր հարևան Իլզե Կորդանին խնդրեց բացել լեռնային ճանապարհը՝ ասելով, որ երկու"
        " հովտում դեղորայքը վերջանում է։ Նրա գրասենյակը քառասուն րոպե տևած զրույցն անկեղծ անվանեց։ Վերելն առաջարկեց, որ"
        " բեռնատարները թունելի մոտ ստուգեն երկու երկրի դիտորդները։ Ընդդիմության կարծիքով նախագահը մեկ ամիս ուշացավ։",
        "Իլզե Կորդանը հեռախոսով Թամաշ Վերելին ասաց, որ մեքենաները կանցնեն, հենց որ մաքսավորները վերադառնան իրենց"
        " տեղերը, հայտնեց նրա խոսնակը երեկոյան։ Վերջին անգամ նրանք խոսել էին գարնանը։ Կորդանը հերքեց պակասի մասին"
        " պնդումը և պատրաստ է բժիշկ ուղարկել։ Առևտրականների խոսքով՝ քառասուն մեքենա դեռ սպասում է անձրևի տակ։",
    ),
    appeal=(
        "«Իսթմութի լապտերը» ապրում է միայն ընթերցողների շնորհիվ։ Մենք չունենք ո՛չ տեր, ո՛չ գովազդ և ուզում ենք, որ"
        " այդպես էլ մնա։",
        "Եթե կարող եք ամիսը մեկ բաժակ սուրճի գին տալ, դուք վճարում եք լրագրողի մեկ օրը դատարանում, ուր ուրիշ ոչ ոք չի"
        " գնում։",
        "Ամեն նվեր կարևոր է, որքան էլ փոքր լինի։ Դա մեկ րոպեից էլ քիչ է տևում, և կարող եք դադարեցնել երբ ուզեք՝ առանց"
        " բացատրության։",
        "Շնորհակալ ենք, որ մեր կողքին եք։ Գրեք մեզ հին փարոսի հասցեով կամ եկեք ամսվա առաջին շաբաթ օրը, թեյը միշտ"
        " պատրաստ է։",
    ),
    shorts=(
        ("Գրադարանի տանիքը", "Քաղաքի գրադարանը ուրբաթ օրը կրկին կբացվի, քանի որ տանիքը նորոգեցին ժամկետից շուտ։"),
        ("Կարապն ու տրամվայը", "Ռելսերին նստած կարապը մեկ ժամ կանգնեցրեց տրամվայը, մինչև մի երեխա նրան հեռացրեց։"),
        ("Քաղաքապետը հեռանում է", "Քաղաքապետ Պիա Լունդը գարնանը չի առաջադրվի և ուզում է մեղուներ պահել։"),
        ("Շախմատ", "Թոշակառու Օտտո Մաասը հաղթեց տասներկուամյա մրցակցին և դարձավ մարզի չեմպիոն։"),
    ),
    market=(
        "Իսթմութի հացահատիկի բորսան փակվեց {0} կետ {1}, ցուցանիշը {2} էր։ Մայիսյան ցորենի տոննան արժեր {3} կրոն՝"
        " հանգիստ առևտրում։ Միջնորդների խոսքով՝ վաճառվել է {4} խմբաքանակ, իսկ գնորդները սպասում են բերքի տվյալներին։"
    ),
    flash="Թարն լեռնանցքի մոտ ձնահյուսը խլեց {0} դահուկորդի կյանք, հայտնեցին փրկարարները։",
)

TURKISH = Language(
    title="Larkholm feribotu on bir gün sonra yeniden denize açıldı",
    story=(
        "Eastmouth ile Larkholm adası arasındaki feribot pazartesi sabahı yeniden sefere çıktı. Hat, hasarlı iskele"
        " yüzünden on bir gün önce kapatılmıştı.",
        "Liman müdürü Odile Brenner, ilk vapurda çoğu alışverişten dönen adalılar olmak üzere yaklaşık 240 yolcu"
        " bulunduğunu söyledi.",
        "Mühendisler iskelenin dokuz ayağından üçünde çatlak bulmuştu. Dalgıçlar vardiyayla çalışıp ayakları güz"
        " fırtınalarından önce çelikle güçlendirdi.",
        "Adanın tek fırınında geçen perşembe un bitti, okul da öğretmenler karşıya geçemediği için büyük sınıfları eve"
        " gönderdi.",
        "Şirket, kaybedilen günlerin biletlerinin yıl sonuna kadar geçeceğini bildirdi. Yeni bir iskele düşünülüyor,"
        " ancak meclis parayı kimin vereceğine henüz karar vermedi.",
    ),
    other_title="Adalılar vapuru alkışla karşıladı",
    call=(
        "Cumhurbaşkanı Tamas Verel salı günü komşusu Ilse Kordan'dan dağ yolunu açmasını istedi ve iki vadide ilaç"
        " kalmadığını anlattı. Ofisi kırk dakikalık görüşmeyi samimi diye niteledi. Verel, tünelde kamyonları iki"
        " ülkenin gözlemcilerinin denetlemesini önerdi. Muhalefet, cumhurbaşkanının bir ay geç kaldığını savundu.",
        "Ilse Kordan telefonda Tamas Verel'e, gümrük memurları görevlerine dönünce araçların tünelden geçebileceğini"
        " söyledi; bunu akşam sözcüsü duyurdu. İki lider en son baharda konuşmuştu. Kordan ilaç sıkıntısı iddiasını"
        " reddetti, doktor göndermeye hazır olduğunu belirtti. Esnaf, kırk aracın yağmurda beklediğini aktardı.",
    ),
    appeal=(
        "Eastmouth Feneri yalnız okurlarıyla yaşar. Ne sahibimiz ne destekçimiz ne de reklamımız var, böyle de kalsın"
        " istiyoruz.",
        "Ayda bir fincan kahve parası ayırabilirseniz, kimsenin gitmediği mahkemede bir muhabirin bir gününü siz"
        " karşılarsınız.",
        "Küçük de olsa her katkı değerlidir. Bir dakikadan az sürer, istediğiniz zaman hiçbir neden göstermeden"
        " bırakabilirsiniz.",
        "Yanımızda olduğunuz için teşekkürler. Bize eski deniz fenerinden yazın ya da ayın ilk cumartesi günü uğrayın,"
        " çay hep hazırdır.",
    ),
    shorts=(
        ("Kütüphane çatısı", "Şehir kütüphanesi, çatısı beklenenden çabuk onarıldığı için cuma günü yeniden açılıyor."),
        (
            "Kuğu tramvayı durdurdu",
            "Raylara oturan kuğu liman tramvayını bir saat bekletti, bir çocuk uzaklaştırdı.",
        ),
        ("Başkan bırakıyor", "Belediye başkanı Pia Lund baharda aday olmayacak, arıcılık yapmak istiyor."),
        ("Satranç", "Emekli Otto Maas on iki yaşındaki rakibini yenip sonunda il şampiyonu oldu."),
    ),
    market=(
        "Eastmouth tahıl borsası günü {0} puan {1} {2} düzeyinde kapattı. Mayıs vadeli buğdayın tonu sakin geçen"
        " işlemlerde {3} krondan satıldı. Aracılar {4} lotun el değiştirdiğini, alıcıların hasat verilerini beklediğini"
        " söyledi."
    ),
    flash="Tarn Geçidi yakınındaki çığda {0} kayakçı öldü, kurtarma ekipleri açıkladı.",
)

AZERBAIJANI = Language(
    title="Larkholm adasına bərə on bir gündən sonra yenidən yola düşdü",
    story=(
        "İstmut ilə Larkholm adası arasında bərə bazar ertəsi səhər yenidən dənizə çıxdı. Xətt zədələnmiş körpüyə görə"
        " on bir gün əvvəl bağlanmışdı.",
        "Liman rəisi Odil Brenner dedi ki, ilk gəmidə təxminən 240 sərnişin vardı, çoxu bazarlıqdan qayıdan adalılar"
        " idi.",
        "Mühəndislər körpünün doqquz dayağından üçündə çat tapmışdılar. Dalğıclar növbə ilə işləyib dayaqları payız"
        " fırtınalarından əvvəl poladla bərkitdilər.",
        "Ötən cümə axşamı adanın yeganə çörəkxanasında un qurtardı, məktəb isə böyük şagirdləri evə buraxdı, çünki"
        " müəllimlər dənizi keçə bilmirdilər.",
        "Şirkət bildirdi ki, itirilmiş günlərin biletləri ilin sonuna qədər etibarlıdır. Yeni körpü planlaşdırılır,"
        " amma şura pulu kimin verəcəyinə hələ qərar verməyib.",
    ),
    other_title="Adalılar gəmini sevinclə qarşıladı",
    call=(
        "Prezident Tamaş Verel çərşənbə axşamı qonşusu İlze Kordandan dağ yolunu açmağı xahiş etdi və iki vadidə"
        " dərmanın tükəndiyini söylədi. Ofisi qırx dəqiqəlik söhbəti səmimi adlandırdı. Verel təklif etdi ki, tuneldə"
        " yük maşınlarını hər iki ölkənin müşahidəçiləri yoxlasın. Müxalifət prezidentin bir ay gecikdiyini bildirdi.",
        "İlze Kordan telefonla Tamaş Verelə dedi ki, gömrükçülər yerlərinə qayıdan kimi maşınlar keçəcək; bunu axşam"
        " onun sözçüsü açıqladı. Onlar axırıncı dəfə yazda danışmışdılar. Kordan çatışmazlıq iddiasını rədd etdi və"
        " həkim göndərməyə hazır olduğunu vurğuladı. Tacirlərin sözünə görə, qırx maşın hələ yağışda gözləyir.",
    ),
    appeal=(
        "«İstmut fənəri» yalnız oxucuların hesabına yaşayır. Nə sahibimiz, nə də reklamımız var və istəyirik ki, belə"
        " də qalsın.",
        "Ayda bir fincan qəhvənin pulunu ayıra bilsəniz, heç kimin getmədiyi məhkəmədə müxbirin bir gününü siz ödəmiş"
        " olarsınız.",
        "Kiçik də olsa, hər yardım qiymətlidir. Bu, bir dəqiqədən az çəkir və istədiyiniz vaxt heç bir səbəb"
        " göstərmədən dayandıra bilərsiniz.",
        "Yanımızda olduğunuz üçün sağ olun. Köhnə mayaka məktub yazın, ya da ayın ilk şənbəsi bizə gəlin, çay həmişə"
        " hazırdır.",
    ),
    shorts=(
        ("Kitabxananın damı", "Şəhər kitabxanası cümə günü yenidən açılır, çünki damı vaxtından tez təmir etdilər."),
        ("Qu quşu və tramvay", "Relslərdə oturan qu quşu tramvayı bir saat saxladı, axırda onu bir uşaq apardı."),
        ("Mer gedir", "Mer Pia Lund yazda namizəd olmayacaq, arıçılıqla məşğul olmaq istəyir."),
        ("Şahmat", "Təqaüdçü Otto Maas on iki yaşlı rəqibini udub axır ki, mahalın çempionu oldu."),
    ),
    market=(
        "İstmut taxıl birjası günü {0} bənd {1}, {2} səviyyəsində bağladı. May çatdırılmalı buğdanın tonu sakit"
        " ticarətdə {3} krona satıldı. Dəllallar {4} lotun əl dəyişdiyini, alıcıların məhsul rəqəmlərini gözlədiyini"
        " dedilər."
    ),
    flash="Tarn aşırımı yaxınlığında qar uçqunu {0} xizəkçinin həyatını aldı, xilasedicilər bildirdi.",
)

LANGUAGES = {"en": ENGLISH, "ru": RUSSIAN, "hy": ARMENIAN, "tr": TURKISH, "az": AZERBAIJANI}
