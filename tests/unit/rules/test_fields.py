"""The fields beside the text: where a group asks for them, and nowhere else."""

from pathlib import Path

import pytest

from pipelines.about import About
from pipelines.model import Content
from pipelines.rehearsal.inline_tests import run_tests
from pipelines.rules.loader import load_rules
from tests.unit.rules.authoring import judge, load_one

ABOUT = About(url="https://news.example/lachin-road?x=1", source="Lachin Gazette", tags=frozenset({"war", "road news"}))
ARTICLE = Content(
    title="Snow", lead="Cold", body="Nothing of note.", authors=("Anna Petrosyan", "Lena Road"), about=ABOUT
)


@pytest.mark.parametrize(
    ("fields", "term", "found"),
    [
        ("url", "lachin", ["url lachin"]),
        ("url", "lachin road", ["url lachin-road"]),
        ("url", "news.example", ["url news.example"]),
        ("author", "petrosyan", ["author Petrosyan"]),
        ("author", "petrosyan lena", []),
        ("tags", "war", ["tags war"]),
        ("tags", "road news", ["tags road news"]),
        ("tags", "news war", []),
        ("source", "lachin gaz*", ["source Lachin Gazette"]),
        ("source, url", "lachin", ["url lachin", "source Lachin"]),
        ("title, url", "snow", ["title Snow"]),
        ("author, tags", "road", ["author Road", "tags road"]),
        ("title, lead, body", "lachin", []),
    ],
)
def test_where_a_group_looks(tmp_path: Path, fields: str, term: str, found: list[str]) -> None:
    rule_set = load_one(tmp_path, f"terms: {{a: {{any: ['{term}'], in: [{fields}]}}}}, when: a")
    judgement = judge(rule_set, ARTICLE)
    assert [f"{hit.field} {hit.text}" for hit in (judgement.hits if judgement else ())] == found


def test_other_groups_of_the_rule_look_at_the_text_alone(tmp_path: Path) -> None:
    terms = "place: {any: [lachin]}, paper: {any: [gazette], in: [source]}"
    rule_set = load_one(tmp_path, f"terms: {{{terms}}}, when: place and paper")
    assert judge(rule_set, ARTICLE) is None
    assert judge(rule_set, Content(title="Lachin", body="Snow.", about=ABOUT))


def test_nothing_is_near_across_fields(tmp_path: Path) -> None:
    terms = "place: {any: [lachin], in: [url]}, snow: {any: [snow, road], in: [title, url]}"
    assert judge(load_one(tmp_path, f"terms: {{{terms}}}, when: 'near(place, snow, words=0)'"), ARTICLE)
    terms = terms.replace("[snow, road]", "[snow]")
    assert judge(load_one(tmp_path, f"terms: {{{terms}}}, when: 'near(place, snow, words=500)'"), ARTICLE) is None


def test_inline_tests_may_say_them(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        """version: 1
rules:
  - id: r
    terms: {a: {any: [blogs, anna, opinion, gazette], in: [url, author, tags, source]}}
    when: a
    tests:
      - {article: {title: x, url: https://a.example/blogs/1}, expect: match, hits: {a: [blogs]}}
      - {article: {title: x, author: Anna}, expect: match}
      - {article: {title: x, tags: [opinion]}, expect: match}
      - {article: {title: x, source: The Gazette}, expect: match}
      - {article: {title: anna blogs in the gazette}, expect: no_match}
""",
        encoding="utf-8",
    )
    rule_set = load_rules(tmp_path)
    assert [str(fault) for fault in (*rule_set.faults, *run_tests(rule_set))] == []
