"""Marks beside a body: no offset moves."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import Content
from pipelines.passages import Passage, lines, without
from pipelines.states import PassageKind

BODY = "The dam gave way.\nSupport us!\nNobody was hurt."
APPEAL = Passage(kind=PassageKind.APPEAL, start=18, end=29)
CAPTION = Passage(kind=PassageKind.CAPTION, start=30, end=46)


def test_an_appeal_is_not_searched_and_moves_nothing() -> None:
    content = Content(title="Dam", body=BODY, passages=(APPEAL, CAPTION))
    assert content.searched_body == "The dam gave way.\n          .\nNobody was hurt."
    assert content.body == BODY


def test_marks_do_not_change_what_a_text_is() -> None:
    assert Content(title="Dam", body=BODY, passages=(APPEAL,)).text_hash == Content(title="Dam", body=BODY).text_hash


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
def test_every_other_character_keeps_its_place(text: str, spans: list[tuple[int, int]]) -> None:
    passages = [
        Passage(kind=PassageKind.APPEAL, start=min(start, len(text)), end=min(end, len(text))) for start, end in spans
    ]
    left = without(text, passages, PassageKind.APPEAL)
    assert len(left) == len(text)
    for place, character in enumerate(text):
        assert left[place] == character or any(one.start <= place < one.end for one in passages)


@given(st.text(alphabet="ab\n", max_size=30))
def test_paragraphs_stand_where_they_say(body: str) -> None:
    assert "\n".join(line for _, line in lines(body)) == body
    assert all(body[start : start + len(line)] == line for start, line in lines(body))
