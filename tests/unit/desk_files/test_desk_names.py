"""The desk's lists as names for telling events: one place under all its names, each leader his own."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.dedup.batch import answers
from pipelines.dedup.subject import Alias
from pipelines.desk_files.names import DeskNames, desk_names
from pipelines.model import Content

LISTS = """
version: 1
lists:
  places.vessby:
    any:
      en: [Vessby, Norholm]
      ru: [{term: Вессбю, forms: ru}, норхольм*]
      az: [{term: Vesbü, forms: az}]
  people.leaders:
    any: {en: [Verel, Kordan], ru: [{term: Верел, forms: ru}, {term: Кордан, forms: ru}]}
  forces.guards:
    any: {en: [tunnel guard*, guardsm?n], ru: [гвардеец], tr: [{term: EUMA, case: exact}, muhafız*]}
  clubs: [Vessby Rovers]
  topics.sport:
    any: [football]
  places.broken: {any: [{term: Orla, fuzy: 1}]}
"""


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> DeskNames:
    """Lists of a desk, one of them with a fault."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "lists.yaml").write_text(LISTS, encoding="utf-8")
    return desk_names(folder)


@pytest.mark.parametrize("word", ["Vessby", "NORHOLM", "Вессбю", "Норхольмский", "Vesbüdə", "Vessby's", "Vesbü’nün"])
def test_a_place_is_one_thing_under_all_its_names(names: DeskNames, word: str) -> None:
    assert names.alias(word) == Alias("list places.vessby", 1.0, topic=True)


@pytest.mark.parametrize(("word", "name"), [("Verel", "vrl"), ("Верелом", "vrl"), ("Кордану", "krdn")])
def test_each_of_the_leaders_is_himself(names: DeskNames, word: str, name: str) -> None:
    assert names.alias(word) == Alias(f"name {name}", 1.0, topic=False)


@pytest.mark.parametrize("word", ["football", "Rovers", "guardsmen", "tunnel", "euma", "Vess", "Orla", "верел", ""])
def test_other_words_say_nothing(names: DeskNames, word: str) -> None:
    """Phrases, wildcards within, topics, another case than asked for, and what has a fault."""
    assert names.alias(word) is None


def test_a_force_is_known_in_lower_case(names: DeskNames) -> None:
    assert names.alias("muhafızlar") == Alias("list forces.guards", 0.8, topic=True)
    assert names.alias("EUMA") == names.alias("гвардеец")


def test_no_lists_are_no_fault(tmp_path: Path) -> None:
    assert desk_names(tmp_path).alias("Vessby") is None


def test_reports_that_name_a_place_differently_are_one_event_with_the_lists_alone(names: DeskNames) -> None:
    articles = [
        Content(
            title="Bridge at Norholm closed", body="Engineer Mira Toll shut the bridge at Norholm after 14 cracks."
        ),
        Content(title="Вессбю остался без моста", body="Инженер Мира Толл закрыла мост в Вессбю: найдены 14 трещин."),
    ]
    week = timedelta(days=7)
    assert [one.related for one in answers(articles, week)] == [(), ()]
    assert [one.related for one in answers(articles, week, names.alias)] == [(1,), (0,)]
