"""English names of languages, for messages."""

import re

_NAMES: dict[str, str] = dict(
    re.findall(
        r"(\w+)=(\w+)",
        "af=Afrikaans am=Amharic ar=Arabic az=Azerbaijani be=Belarusian bg=Bulgarian bn=Bengali bs=Bosnian ca=Catalan "
        "ce=Chechen cs=Czech cy=Welsh da=Danish de=German el=Greek en=English eo=Esperanto es=Spanish et=Estonian "
        "eu=Basque fa=Persian fi=Finnish fr=French ga=Irish gl=Galician gu=Gujarati ha=Hausa he=Hebrew hi=Hindi "
        "hr=Croatian hu=Hungarian hy=Armenian id=Indonesian is=Icelandic it=Italian ja=Japanese ka=Georgian kk=Kazakh "
        "km=Khmer kn=Kannada ko=Korean ku=Kurdish ky=Kyrgyz la=Latin lo=Lao lt=Lithuanian lv=Latvian mk=Macedonian "
        "ml=Malayalam mn=Mongolian mr=Marathi ms=Malay mt=Maltese my=Burmese nb=Norwegian ne=Nepali nl=Dutch "
        "nn=Norwegian no=Norwegian os=Ossetian pa=Punjabi pl=Polish ps=Pashto pt=Portuguese ro=Romanian ru=Russian "
        "si=Sinhala sk=Slovak sl=Slovene so=Somali sq=Albanian sr=Serbian sv=Swedish sw=Swahili ta=Tamil te=Telugu "
        "tg=Tajik th=Thai ti=Tigrinya tk=Turkmen tl=Tagalog tr=Turkish tt=Tatar ug=Uyghur uk=Ukrainian ur=Urdu "
        "uz=Uzbek vi=Vietnamese yi=Yiddish zh=Chinese zu=Zulu",
    )
)


def language_name(code: str) -> str:
    """The English name of an ISO 639-1 code, regions and scripts apart (`pt-BR` is Portuguese); else the code."""
    return _NAMES.get(code.lower().replace("_", "-").partition("-")[0], code)
