"""Whether a text answers a search, and where."""

import pytest

from pipelines.model import Content
from pipelines.search.finding import hits_in
from pipelines.search.query import read_search

TEXT = Content(
    title="The Lachin corridor",
    lead="A convoy passed.",
    body="Peacekeepers left Lachin. Corridor closed again.\nThe peace was kept near the LAÇIN road.",
)
FOUND = {
    "lachin": "title:Lachin body:Lachin",
    "lacin": "body:LAÇIN",
    '"lachin corridor"': "title:Lachin corridor",  # a sentence ends between them in the body
    "peace*": "body:Peacekeepers body:peace",
    "convoy passed": "lead:convoy lead:passed",
    "corridor convoy": "title:corridor lead:convoy body:Corridor",
    "title:corridor": "title:corridor",
    "title:convoy": None,
    "lachin -convoy": None,
    'lachin -"closed road"': "title:Lachin body:Lachin",
    "lachin OR zzz": "title:Lachin body:Lachin",
    "zzz OR yyy": None,
    "peacekeepers NEAR/1 lachin": "body:Peacekeepers body:Lachin",
    "lachin NEAR/1 peacekeepers": "body:Peacekeepers body:Lachin",
    "peacekeepers NEAR/0 lachin": None,
    "corridor NEAR/9 convoy": None,
    "lachin ONEAR/9 peacekeepers": None,
    "(kept OR left) NEAR/3 (lachin OR lacin)": "body:left body:Lachin body:kept body:LAÇIN",
    '"corridor convoy"': None,
}


@pytest.mark.parametrize("query", FOUND)
def test_where_a_text_answers(query: str) -> None:
    hits = hits_in(read_search(query), TEXT)
    assert (None if hits is None else " ".join(f"{hit.field}:{hit.text}" for hit in hits)) == FOUND[query]
    for hit in hits or ():
        assert getattr(TEXT, hit.field)[hit.start : hit.end] == hit.text
