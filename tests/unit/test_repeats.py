"""What an outlet prints again and again: appeals are left out, background stays and is marked."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.passages import Passage
from pipelines.repeats import SHORTEST, Repeat, is_reprint, marked, paragraph_key, paragraphs_of
from pipelines.states import PassageKind

OWN = "The dam above the town gave way at noon on Sunday, and the lower streets were under water within the hour."
BACKGROUND = "A flood in 2020 claimed forty lives on the same river and ended with a plan for new dams, never kept."
APPEAL = [
    "Sign up for our free weekly newsletter",
    "We are facing challenges that no paper should face, and these are attempts to silence independent journalism.",
    "Your support, no matter how small, makes a world of difference.",
    "Once",
    "Monthly",
    "paiment methods",
]
SEEN = Repeat(times=2, days=2)


def kinds(*lines: str, seen: dict[str, Repeat]) -> list[PassageKind | None]:
    """What each line is marked as."""
    body = "\n".join(lines)
    passages = {one.start: one for one in marked(body, seen)}
    found, start = [], 0
    for line in lines:
        one = passages.get(start)
        assert one is None or one.end == start + len(line)
        found.append(one.kind if one else None)
        start += len(line) + 1
    return found


def test_a_closing_appeal_is_one_from_where_it_addresses_the_reader() -> None:
    """Two pages of two days suffice; the background before it is none of it."""
    seen = dict.fromkeys((line for line in [BACKGROUND, *APPEAL] if len(line) >= SHORTEST), SEEN)
    assert kinds(OWN, BACKGROUND, *APPEAL, seen=seen) == [None, PassageKind.BACKGROUND, *[PassageKind.APPEAL] * 6]
    assert kinds(APPEAL[0], BACKGROUND, OWN, seen=seen) == [PassageKind.APPEAL, PassageKind.BACKGROUND, None]


def test_one_day_tells_nothing() -> None:
    assert kinds(OWN, *APPEAL, seen=dict.fromkeys(APPEAL, Repeat(times=9, days=1))) == [None] * 7


def test_what_has_words_of_an_appeal_but_stands_once_is_the_articles() -> None:
    assert kinds("Readers who subscribe to the paper rose to a million.", OWN, seen={}) == [None, None]


def test_background_on_gifts_and_support_is_no_appeal() -> None:
    told = "The country donated forty boats after the flood of 2020, and won the support of all its neighbours."
    assert kinds(OWN, told, OWN[::-1], seen={told: Repeat(times=50, days=30)}) == [None, PassageKind.BACKGROUND, None]


def test_a_short_line_that_returns_often_is_a_menus() -> None:
    assert kinds(OWN, "Most read", OWN[::-1], seen={"Most read": Repeat(times=3, days=2)})[1] is PassageKind.APPEAL
    assert kinds(OWN, "Most read", OWN[::-1], seen={"Most read": SEEN})[1] is PassageKind.BACKGROUND


def test_a_reprint_is_known_by_its_first_real_paragraphs() -> None:
    lines = ["Support us!", OWN, BACKGROUND]
    assert is_reprint(lines, [False, True, True])
    assert not is_reprint(lines, [True, False, True])
    assert not is_reprint(["Support us!", OWN], [True, True])


def test_a_paragraph_is_its_outlets_own() -> None:
    assert paragraph_key("a", "Support  us") == paragraph_key("a", "support us ")
    assert paragraph_key("a", "Support us") != paragraph_key("b", "Support us")
    assert -(2**63) <= paragraph_key("a", "x" * 10_000) < 2**63


@given(st.lists(st.sampled_from([OWN, BACKGROUND, *APPEAL, ""]), max_size=12), st.integers(1, 5), st.integers(1, 5))
def test_only_what_returns_is_marked_and_in_order(lines: list[str], times: int, days: int) -> None:
    body = "\n".join(lines)
    passages = marked(body, dict.fromkeys(APPEAL, Repeat(times=times, days=days)))
    assert list(passages) == sorted(passages, key=lambda one: one.start)
    assert all(body[one.start : one.end] in APPEAL for one in passages)
    assert not passages or (times > 1 and days > 1)
    assert all(isinstance(one, Passage) for one in passages)
    assert paragraphs_of(body) == list(dict.fromkeys(line for line in lines if len(line) >= 8))
