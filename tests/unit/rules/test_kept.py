"""The compiled rules kept between processes: the same rules, or none."""

import hashlib
import marshal
import os
import pickle
from dataclasses import astuple
from pathlib import Path

import pytest

from pipelines.model import Content
from pipelines.rules.kept import KeptRules
from pipelines.rules.loader import RuleSet, compile_rules
from pipelines.rules.matcher import Matcher
from pipelines.rules.sources import Sources, read_sources
from pipelines.rules.table import MANY, table_of

RULES = r"""version: 1
rules:
  - id: r
    terms:
      place: {any: [{list: towns}, {term: Лачин, forms: ru}, {term: withdraw, forms: en}, wom?n*], weight: 3}
      force: {any: [army, {re: '\d+ tanks?'}, {term: Berdzor, fuzzy: 1}, {term: NATO, case: exact}], except: [toy army]}
    when: near(place, force, words=5) or score >= 3 and same_sentence(place, force)
    unless: distinct(force) >= 3
    scope: {languages: [en, ru], max_age: 24h}
"""
LISTS = "version: 1\nlists: {towns: {any: [Lachin, Shusha], except: [Lachin Aliyev]}}\n"
TEXTS = ["Lachin army", "toy army in Lachin", "в Лачине 12 tanks", "Withdrawing NATO", "nato women", "Berzor women."]


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "rules.yaml").write_text(RULES, encoding="utf-8")
    (desk / "lists.yaml").write_text(LISTS, encoding="utf-8")
    return read_sources(desk)


@pytest.fixture
def kept(tmp_path: Path, sources: Sources) -> KeptRules:
    kept = KeptRules(tmp_path / "kept")
    assert kept.load(sources) is None
    kept.save(sources, compile_rules(sources))
    return kept


def the_file(kept: KeptRules) -> Path:
    (file,) = kept.folder.iterdir()
    return file


def test_kept_rules_say_what_the_compiled_ones_say(kept: KeptRules, sources: Sources) -> None:
    compiled, loaded = compile_rules(sources), kept.load(sources)
    assert loaded is not None
    assert compiled.faults == loaded.faults == ()
    assert [rule.rule for rule in loaded.rules] == [rule.rule for rule in compiled.rules]
    assert loaded.rules[0].file.path == compiled.rules[0].file.path
    for text in TEXTS:
        content = Content(title=text, body=text)
        assert Matcher(loaded.rules).judge(content, None) == Matcher(compiled.rules).judge(content, None)
    assert any(Matcher(loaded.rules).judge(Content(title=text), None) for text in TEXTS)


def test_other_files_are_not_answered_by_it(kept: KeptRules, sources: Sources) -> None:
    (sources.path / "lists.yaml").write_text(LISTS.replace("Shusha", "Goris"), encoding="utf-8")
    other = read_sources(sources.path)
    assert kept.load(other) is None
    kept.save(other, compile_rules(other))
    assert kept.load(other) is not None
    assert kept.load(sources) is None
    the_file(kept)


@pytest.mark.parametrize("cut", [0, 5, 40, -1])
def test_a_damaged_file_is_nothing(kept: KeptRules, sources: Sources, cut: int) -> None:
    raw = the_file(kept).read_bytes()
    the_file(kept).write_bytes(raw[:cut])
    assert kept.load(sources) is None
    the_file(kept).write_bytes(raw[:100] + bytes([raw[100] ^ 1]) + raw[101:])
    assert kept.load(sources) is None


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return os.putenv, ("WIREWATCH_TEST_EVIL", "1")


@pytest.mark.parametrize("what", [Evil(), [1], Path("x"), b"", Content(title="x")])
def test_only_records_of_rules_are_read(kept: KeptRules, sources: Sources, what: object) -> None:
    table = astuple(table_of(()))
    for raw in (marshal.dumps((pickle.dumps(what), [], table, [])), pickle.dumps(what)):
        the_file(kept).write_bytes(hashlib.sha256(raw).digest() + raw)
        assert kept.load(sources) is None
    raw = marshal.dumps((pickle.dumps(RuleSet()), [], table, [pickle.dumps(what)]))
    the_file(kept).write_bytes(hashlib.sha256(raw).digest() + raw)
    found = kept.load(sources)
    assert found is not None
    with pytest.raises(pickle.UnpicklingError):
        list(found.rules)
    assert "WIREWATCH_TEST_EVIL" not in os.environ


def test_faulty_rules_are_not_kept(tmp_path: Path, sources: Sources) -> None:
    (sources.path / "bad.yaml").write_text("version: 1\nrules: [{id: x}]\n")
    faulty = read_sources(sources.path)
    KeptRules(tmp_path / "kept").save(faulty, compile_rules(faulty))
    assert not (tmp_path / "kept").exists()


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path, sources: Sources) -> None:
    (tmp_path / "kept").write_text("a file")
    kept = KeptRules(tmp_path / "kept")
    kept.save(sources, compile_rules(sources))
    assert kept.load(sources) is None


def test_a_great_many_rules_are_kept_with_their_table(tmp_path: Path) -> None:
    rules = "".join(f"  - {{id: r{number}, any: [word{number}, army], and_any: [fire]}}\n" for number in range(MANY))
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "rules.yaml").write_text(f"version: 1\nrules:\n{rules}  - {{id: x, any: ['wom?n'], status: draft}}\n")
    sources, kept = read_sources(desk), KeptRules(tmp_path / "kept")
    kept.save(sources, compile_rules(sources))
    loaded = kept.load(sources)
    assert loaded is not None
    assert loaded.table is not None
    assert (len(loaded.table.rows), loaded.table.others) == (MANY, [])
    content = Content(title="fire", body="The army, word7.")
    assert [rule.rule_id for rule in loaded.rules[:2]] == ["r0", "r1"]
    judged = Matcher(loaded.rules, table=loaded.table).judge(content, None)
    assert judged == Matcher(compile_rules(sources).rules).judge(content, None)
    assert len(judged) == MANY
