"""Marks within a text: what is bold and what is a link, before a service's own signs for them are known; pure.

They are private characters, which `wording.clean` takes out of everything that comes from outside: nothing there can
pass for one. A template writes them, a dialect reads them.
"""

import re
from collections.abc import Callable, Iterable, Iterator

BOLD, BOLD_END = "\ue000", "\ue001"
LINK, LINK_END = "\ue002", "\ue003"
_ALL = re.compile("[\ue000-\ue005]")
_LINK = re.compile(f"{LINK}([^{LINK}{LINK_END}\\s]*){LINK_END}")
_PLACE = "\ue004"
"""Stands for a link while the words around it are made fit."""
_KEPT = "\ue005"


def bold(text: str) -> str:
    return f"{BOLD}{text}{BOLD_END}" if text else ""


def link(address: str) -> str:
    return f"{LINK}{address}{LINK_END}"


def own(text: str) -> str:
    """Words of ours, in which the dots of names of files stay dots, so that they can be copied."""
    return text.replace(".", f"{_KEPT}.")


def bare(text: str) -> str:
    """The text without its marks."""
    return _ALL.sub("", text)


def written(text: str, words: Callable[[str], str], signs: tuple[str, str], links: Callable[[str], str]) -> str:
    """The text with `words` made of its words, marks of bold still in them, then `signs` and `links` of its marks."""
    addresses = iter(_LINK.findall(text))
    placed = words(_LINK.sub(_PLACE, text.replace(_PLACE, "")))
    placed = placed.replace(BOLD, signs[0]).replace(BOLD_END, signs[1])
    return bare("".join(links(next(addresses)) if char == _PLACE else char for char in placed))


def without_links(text: str, unfit: Callable[[str], bool]) -> str:
    """The text with the links that are unfit as mere words."""
    return _LINK.sub(lambda found: found[1] if unfit(found[1]) else found[0], text)


def closed(parts: Iterable[str]) -> Iterator[str]:
    """Parts of one text, each with its marks of bold closed at its end and opened again in the next."""
    is_open = False
    for part in parts:
        begun = f"{BOLD if is_open else ''}{part}"
        is_open = begun.rfind(BOLD) > begun.rfind(BOLD_END)
        yield f"{begun}{BOLD_END if is_open else ''}"
