"""Invented news pages in the desk's languages: the same short report, as outlets of each country print theirs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedPage:
    """A page, and what is to be read of it."""

    language: str
    title: str
    paragraphs: tuple[str, ...]
    caption: str
    date_line: str
    day: str
    read_also: str
    html_language: str = "en"
    """As a template in English leaves it."""

    @property
    def html(self) -> str:
        """The page, without any date but the one a reader sees."""
        links = "".join(f'<li><a href="/{number}">{self.title} {number}</a></li>' for number in range(6))
        text = "".join(f"<p>{paragraph}</p>" for paragraph in self.paragraphs)
        return (
            f'<!DOCTYPE html><html lang="{self.html_language}"><head><meta charset="utf-8">'
            f"<title>{self.title} | Xəbər</title></head><body><nav><ul>{links}</ul></nav><main><h1>{self.title}</h1>"
            f'<div class="info">{self.date_line}</div>'
            f"<figure><img src=a.jpg><figcaption>{self.caption}</figcaption></figure>{text}"
            f"<p>{self.read_also}</p></main><aside><ul>{links}</ul></aside></body></html>"
        )


RUSSIAN = InventedPage(
    language="ru",
    title="Плотина у посёлка не выдержала напора воды",
    paragraphs=(
        "Плотина выше посёлка прорвалась в воскресенье в полдень, и нижние улицы ушли под воду в течение часа.",
        "Никто не пострадал: смотритель ударил в колокол, увидев первую трещину, сообщил представитель района.",
        "Инженеры из столицы до конца недели осмотрят две другие плотины на реке, заявили в министерстве.",
    ),
    caption="Нижняя улица посёлка через час после прорыва. Фото местного жителя",
    date_line="24 ноября 2026, 14:05",
    day="2026-11-24",
    read_also="Читайте также: как строили плотину",
)
ARMENIAN = InventedPage(
    language="hy",
    title="Ավանի մոտ ամբարտակը չի դիմացել ջրի ճնշմանը",
    paragraphs=(
        "Ավանից վեր գտնվող ամբարտակը փլուզվել է կիրակի կեսօրին, և ստորին փողոցները մեկ ժամում մնացել են ջրի տակ։",
        "Տուժածներ չկան. պահակը զանգը հնչեցրել է, երբ տեսել է առաջին ճեղքը, հայտնել է մարզպետարանի ներկայացուցիչը։",
        "Մայրաքաղաքի ինժեներները մինչև շաբաթվա վերջ կզննեն գետի մյուս երկու ամբարտակները, ասել են նախարարությունում։",
    ),
    caption="Ավանի ստորին փողոցը փլուզումից մեկ ժամ անց. լուսանկարը՝ բնակչի",
    date_line="24 նոյեմբերի, 2026 14:05",
    day="2026-11-24",
    read_also="Կարդացեք նաև՝ ինչպես են կառուցել ամբարտակը",
)
AZERBAIJANI = InventedPage(
    language="az",
    title="Qəsəbə yaxınlığında bənd suyun təzyiqinə davam gətirməyib",
    paragraphs=(
        "Qəsəbədən yuxarıdakı bənd bazar günü günorta dağılıb və aşağı küçələr bir saat ərzində su altında qalıb.",
        "Xəsarət alan yoxdur: gözətçi ilk çatı görən kimi zəngi çalıb, deyə rayonun nümayəndəsi bildirib.",
        "Paytaxtdan gələn mühəndislər həftənin sonuna qədər çaydakı digər iki bəndə baxacaqlar, nazirlikdən deyiblər.",
    ),
    caption="Qəsəbənin aşağı küçəsi bənd dağılandan bir saat sonra. Foto sakinindir",
    date_line="24 noyabr 2026, 14:05",
    day="2026-11-24",
    read_also="Həmçinin oxuyun: bənd necə tikilib",
    html_language="tr",
)
TURKISH = InventedPage(
    language="tr",
    title="Kasabanın yanındaki baraj suyun basıncına dayanamadı",
    paragraphs=(
        "Kasabanın üstündeki baraj pazar öğle vakti yıkıldı ve aşağı sokaklar bir saat içinde sular altında kaldı.",
        "Yaralanan olmadı: bekçi ilk çatlağı görünce çanı çaldı, diye konuştu ilçe kaymakamlığının bir yetkilisi.",
        "Başkentten gelen mühendisler hafta sonuna kadar nehirdeki diğer iki barajı inceleyecek, dedi bakanlık.",
    ),
    caption="Kasabanın aşağı sokağı, barajın yıkılmasından bir saat sonra. Fotoğraf bir sakine ait",
    date_line="24 Kasım 2026 Salı, 14:05",
    day="2026-11-24",
    read_also="Ayrıca okuyun: baraj nasıl yapılmıştı",
)
GEORGIAN = InventedPage(
    language="ka",
    title="დაბასთან კაშხალმა წყლის წნევას ვერ გაუძლო",
    paragraphs=(
        "დაბის ზემოთ მდებარე კაშხალი კვირას შუადღისას გაირღვა და ქვედა ქუჩები ერთ საათში წყალმა დაფარა.",
        "არავინ დაშავებულა: დარაჯმა პირველი ბზარის დანახვისთანავე დარეკა ზარი, განაცხადა გამგეობის წარმომადგენელმა.",
        "დედაქალაქის ინჟინრები კვირის ბოლომდე მდინარის დანარჩენ ორ კაშხალს დაათვალიერებენ, თქვეს სამინისტროში.",
    ),
    caption="დაბის ქვედა ქუჩა კაშხლის გარღვევიდან ერთ საათში. ფოტო ადგილობრივისაა",
    date_line="24 ნოემბერი 2026, 14:05",
    day="2026-11-24",
    read_also="ასევე წაიკითხეთ: როგორ აშენდა კაშხალი",
)
PAGES = (RUSSIAN, ARMENIAN, AZERBAIJANI, TURKISH, GEORGIAN)
