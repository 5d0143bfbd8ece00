"""Pages that stand before an article instead of it: bot walls, consent pages, log-ins; pure.

A page is a wall by what it says of itself or by what its markup runs, and only where it holds no article besides:
every news page has a cookie banner, and some write about captchas.
"""

import re
from enum import StrEnum

from lxml.html import HtmlElement

ARTICLE = 700
"""Characters of text with which a page is an article, whatever stands around it; a wall's own words are fewer."""
BRIEF = 200
"""Characters below which the whole page is asked what it is: a short notice is longer."""
_LOOKED_AT = 3_000


class WallKind(StrEnum):
    """What stands before the article."""

    BOT = "bot wall"
    CONSENT = "consent page"
    LOGIN = "log-in"


_SAYS = {
    WallKind.BOT: re.compile(
        r"just a moment\W*$|attention required|verif(?:y|ying) (?:that )?you are (?:a )?human"
        r"|are you (?:a )?(?:human|robot)"
        r"|checking (?:if the site connection is secure|your browser)|enable javascript and cookies to continue"
        r"|access (?:to this page has been )?denied|request (?:has been )?blocked|unusual traffic|ddos-guard"
        r"|pardon our"
        r" interruption|security check to access|проверка (?:браузера|безопасности)"
        r"|подтвердите,? что вы (?:не робот|человек)"
        r"|вы не робот|доступ (?:ограничен|запрещ[её]н)|robot olmadığınızı|insan olduğunuzu (?:doğrula|kanıtla)"
        r"|tarayıcınız kontrol ediliyor|erişim engellendi|robot olmadığınızı təsdiq|brauzeriniz yoxlanılır"
        r"|giriş qadağandır"
        r"|հաստատեք,? որ (?:ռոբոտ չեք|մարդ եք)|մուտքն արգելված է|დაადასტურეთ,? რომ (?:რობოტი არ|ადამიანი)",
        re.IGNORECASE,
    ),
    WallKind.CONSENT: re.compile(
        r"before you continue|we (?:value|care about) your privacy|your privacy (?:choices|matters)"
        r"|consent to (?:the use of )?"
        r"cookies|accept (?:all )?cookies|manage (?:cookie|consent|privacy)|bevor sie (?:fortfahren|zu google)"
        r"|wir benötigen ihre"
        r" (?:zustimmung|einwilligung)|avant de continuer|nous respectons votre vie privée|antes de continuar"
        r"|мы используем (?:файлы )?cookie|согласие на (?:обработку|использование)|прежде чем продолжить"
        r"|çerez(?:leri)? (?:kullan|kabul|tercih|politika)|kişisel verilerin|devam etmeden önce|kukilərdən istifadə"
        r"|kuki(?:ləri)? (?:qəbul|siyasət)|davam etməzdən əvvəl|մենք օգտագործում ենք (?:քուքի|cookie)"
        r"|նախքան շարունակելը",
        re.IGNORECASE,
    ),
    WallKind.LOGIN: re.compile(
        r"(?:log|sign) ?in to (?:continue|read|your account|view)|please (?:log|sign) ?in|you (?:must"
        r"|need to) (?:be logged|log|sign) ?in"
        r"|войдите,? чтобы|войти в (?:аккаунт|личный кабинет|систему)|авторизуйтесь|требуется авторизация"
        r"|(?:devam etmek|okumak) için giriş|lütfen giriş yapın|oturum açın|davam etmək üçün daxil"
        r"|hesabınıza daxil olun"
        r"|մուտք գործեք|մուտքագրեք գաղտնաբառ|bitte (?:melden sie sich an|einloggen)|connectez-vous pour"
        r"|გთხოვთ,? შეხვიდეთ",
        re.IGNORECASE,
    ),
}
_RUNS = {
    WallKind.BOT: re.compile(
        r"challenge-platform|cf-chl|cf_chl|__cf_chl|_incapsula_resource|px-captcha|captcha-delivery\.com"
        r"|ddos-guard|servicepipe"
        r"|geo\.captcha|sucuri_cloudproxy|awswafcookiedomainlist",
        re.IGNORECASE,
    ),
    WallKind.CONSENT: re.compile(r"consent\.(?:google|youtube|yahoo)\.|guce\.|/consent/collect", re.IGNORECASE),
}


def wall(tree: HtmlElement, body: str, *, same_headline: bool) -> str | None:
    """Why the page is no article but a wall, in words for a person; None where it is none.

    `body` is what was read of it; with the `same_headline` as its feed's entry it is an article, if a short one.
    """
    if len(body) >= ARTICLE or same_headline:
        return None
    title = next((element.text_content() for element in tree.iter("title")), "").strip()
    # Every page may say these things in a banner; where it has some text besides, only that text and the title count.
    said = [title, " ".join((_visible(tree) if len(body) < BRIEF else body)[:_LOOKED_AT].split())]
    for kind, says in _SAYS.items():
        found = next((found for text in said if (found := says.search(text))), None)
        if found:
            return f"{kind}: the page says “{found[0][:60]}”"
    if len(body) >= BRIEF:
        return None
    if _asks_for_password(tree):
        return f"{WallKind.LOGIN}: the page asks for a password"
    for kind, runs in _RUNS.items():
        if any(runs.search(source) for source in _sources(tree)):
            return f"{kind}: its scripts are a check of the reader"
    return None


def _visible(tree: HtmlElement) -> str:
    pieces: list[str] = []
    length = 0
    for element in tree.iter():
        if element.tag not in {"script", "style", "title", "head", "noscript", "template"} and element.text:
            pieces.append(element.text)
            length += len(element.text)
        if element.tail:
            pieces.append(element.tail)
            length += len(element.tail)
        if length > _LOOKED_AT:
            break
    return " ".join(pieces)


def _asks_for_password(tree: HtmlElement) -> bool:
    return any((element.get("type") or "").lower() == "password" for element in tree.iter("input"))


def _sources(tree: HtmlElement) -> list[str]:
    found = [f"{script.get('src') or ''} {(script.text or '')[:5_000]}" for script in tree.iter("script")]
    return found + [form.get("action") or "" for form in tree.iter("form")]
