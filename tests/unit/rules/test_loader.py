"""Rule files: what loads, what is refused and where, and what one bad rule leaves alone."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.model import Content
from pipelines.policy import Limit, NewGroup, SourcesReach
from pipelines.rehearsal.inline_tests import run_tests
from pipelines.rules.loader import load_part, load_rules
from pipelines.rules.matcher import Matcher
from pipelines.states import OncePer, RuleStatus, Severity
from tests.unit.rules.authoring import LISTS, load, load_one

BAD = Path(__file__).parents[2] / "data" / "rules" / "bad"

WHOLE = """version: 1
rules:
  - id: movement
    title: Peacekeepers near Lachin
    owner: caucasus-desk
    status: shadow
    severity: high
    labels: {region: caucasus, year: 2026}
    review_by: 2027-03-01
    known_false_positives: [A film festival]
    scope: {languages: [en, no], feed_tags: [news], not_feed_tags: [sport], max_age: 24h}
    terms:
      place: {any: [{list: places.lachin}, Lachin corridor], except: [Lachin Aliyev]}
      force: {any: [peacekeep*, {term: EUMA, case: exact}], weight: 10}
      film: {any: [box office], in: [title, lead], weight: -20}
    when: >
      near(place, force, words=15)
      or (place and score >= 10)
    unless: film
    story: {once_per: article, again_when: [sources >= 3, new_group(force)], alert_afresh_after: 12h}
    limit: {alerts: 5, per: 1h}
    backfill: 24h
    tests:
      - {name: near, article: {title: Peacekeepers near Lachin}, expect: match, hits: {place: [Lachin]}}
      - {name: life, sequence: [{at: 0m, story: s1, article: {title: Lachin}, expect: held}]}
  - {id: other, any: [one]}
"""


def messages(folder: Path, rules: str, lists: str = LISTS) -> list[str]:
    return [str(fault).removeprefix(f"{folder}/") for fault in load(folder, rules, lists).faults]


def test_a_whole_rule(tmp_path: Path) -> None:
    rule_set = load(tmp_path, WHOLE)
    assert rule_set.faults == ()
    assert rule_set.lists == 2
    movement, other = rule_set.rules
    rule = movement.rule
    assert (rule.rule_id, rule.title, rule.owner) == ("movement", "Peacekeepers near Lachin", "caucasus-desk")
    assert (rule.status, rule.severity, rule.story.once_per) == (RuleStatus.SHADOW, Severity.HIGH, OncePer.ARTICLE)
    assert rule.labels == {"region": "caucasus", "year": "2026"}
    assert rule.max_age.total_seconds() == 24 * 3600
    assert rule.file == str(tmp_path / "rules.yaml")
    assert rule.source.startswith("id: movement\ntitle: ")
    assert rule.source.endswith("expect: held}]}")
    assert movement.scope.languages == {"en", "no"}
    conditions = (SourcesReach(3), NewGroup("force"))
    assert rule.story.again_when == conditions
    assert (rule.story.afresh_after, rule.limit) == (timedelta(hours=12), Limit(alerts=5, per=timedelta(hours=1)))
    assert (len(movement.tests), len(movement.sequences)) == (1, 1)
    assert (other.rule.title, other.rule.status, other.rule.source) == ("other", "live", "{id: other, any: [one]}")


def test_one_bad_rule_or_file_takes_no_other_down(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    for path in BAD.glob("*.yaml"):
        (tmp_path / "desk" / path.name).write_bytes(path.read_bytes())
    rule_set = load(tmp_path, "version: 1\nrules:\n  - {id: bad, any: [ab*]}\n  - {id: good, any: [Lachin]}\n")
    assert {rule.rule_id for rule in rule_set.rules} >= {"good", "r"}
    assert len(rule_set.faults) > 100
    judged = Matcher(rule_set.rules).judge(Content(title="Lachin"), None)
    assert [judgement.rule.rule_id for judgement in judged] == ["good"]


MANY = """version: 1
rules:
  - id: much
    ttle: x
    terms:
      place: {any: [{list: places.lachi}, "ab*"], inn: [title]}
      force: {any: [army], weight: heavy}
    when: near(place, forse, words=15) or score >= 5
    unless: film
    story: {again_when: [new_group(x)]}
    tests: [{article: {titl: x}, expect: match, hits: {plce: [x]}}]
  - id: twice
    any: [foo]
    any: [bar]
    and_any: [{list: nolist}]
    volume: {of: [much], count: words, window: 2h, at_least: 1}
  - {id: named, any: &foo [foo], and_any: *foo, severity: hihg}
  - {id: good, any: [foo]}
"""


def test_every_fault_of_every_rule_is_told_at_once(tmp_path: Path) -> None:
    rule_set = load(tmp_path, MANY)
    assert [rule.rule_id for rule in rule_set.rules] == ["good"]
    assert [broken.rule_id for broken in rule_set.broken] == ["much", "twice", "named"]
    assert [str(fault).removeprefix(f"{tmp_path}/rules.yaml:").split("; ")[0] for fault in rule_set.faults] == [
        "4:5: error: unknown key `ttle`",
        "6:21: error: unknown list `places.lachi`",
        "6:43: error: `ab*`: at least 3 letters must stand before *",
        "6:51: error: unknown key `inn`",
        "7:36: error: expected a whole number, not the text `heavy`",
        "8:23: error: unknown group `forse`",
        "9:13: error: unknown group `film`",
        "10:36: error: unknown group `x`",
        "11:24: error: unknown key `titl`",
        "11:56: error: unknown group `plce`",
        "12:5: error: `any` and `volume` cannot stand together: one rule has one form",
        "14:5: error: `any` is there twice",
        "15:15: error: unknown list `nolist`",
        "16:33: error: expected one of stories, articles, sources, not `words`",
        "17:22: error: `&` starts an anchor, which is not used here",
        "17:43: error: `*` starts an alias, which is not used here",
        "17:59: error: expected one of low, normal, high, urgent, not `hihg`",
    ]


def test_a_list_with_a_flaw_takes_no_other_down(tmp_path: Path) -> None:
    lists = "version: 1\nlists:\n  a: {any: [foo], any: [bar]}\n  b: {any: [baz]}\n"
    rules = "version: 1\nrules:\n  - {id: x, any: [{list: a}]}\n  - {id: y, any: [{list: b}]}\n"
    rule_set = load(tmp_path, rules, lists)
    assert [rule.rule_id for rule in rule_set.rules] == ["y"]
    assert messages(tmp_path, rules, lists) == [
        "lists.yaml:3:19: error: `any` is there twice; first on line 3",
        "rules.yaml:3:19: error: list `a` cannot be used: it has faults in lists.yaml",
    ]


def test_a_part_of_a_desk_is_read_with_the_desk_s_lists_and_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(tmp_path, "version: 1\nrules:\n  - {id: counted, any: [{list: places.lachin}], scope: {feed_tags: [news]}}\n")
    part = tmp_path / "desk" / "part"
    part.mkdir(parents=True)
    volume = "volume: {of: [counted], count: stories, window: 2h, at_least: 1}"
    steps = "{at: 0m, article: {title: Snow}, expect: none}, {at: 1m, article: {title: Lachin}, expect: alert}"
    lines = (
        f"  - {{id: v, {volume}, tests: [{{sequence: [{steps}]}}]}}\n  - {{id: r, any: [{{list: places.lachin}}]}}\n"
    )
    (part / "v.yaml").write_text(f"version: 1\nrules:\n{lines}", encoding="utf-8")
    monkeypatch.chdir(part)
    for path in (part, part / "v.yaml", part.parent, Path(), Path("v.yaml")):
        rule_set, beside = load_part(path)
        assert (rule_set.faults, run_tests(rule_set, beside)) == ((), ())
        assert [rule.rule_id for rule in rule_set.rules] == ["v", "r"]
        assert [scope.tags for scope in rule_set.rules[0].rule.volume.scopes] == [{"news"}]  # type: ignore[union-attr]
    (part / "v.yaml").write_text(f"version: 1\nrules:\n{lines.replace('[counted]', '[conted]')}", encoding="utf-8")
    assert [fault.message for fault in load_part(part)[0].faults] == ["no rule `conted`; did you mean `counted`?"]


def test_a_folder_is_read_without_its_other_files(tmp_path: Path) -> None:
    load(tmp_path, "version: 1\nrules:\n  - {id: a, any: [one]}\n")
    (tmp_path / "feeds.yaml").write_text("feeds: []")
    (tmp_path / "routes.yaml").write_text("route: {}")
    (tmp_path / "notes.txt").write_text("no rules")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x.yaml").write_text("x")
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "b.yaml").write_text("version: 1\nrules:\n  - {id: b, any: [{list: places.lachin}]}\n")
    assert [rule.rule_id for rule in load_rules(tmp_path).rules] == ["b", "a"]
    assert load_rules(tmp_path).faults == ()
    one = load_rules(tmp_path / "desk" / "b.yaml")
    assert ([rule.rule_id for rule in one.rules], one.faults, one.lists) == (["b"], (), 2)
    assert load_rules(tmp_path / "feeds.yaml").rules == ()
    assert load_rules(tmp_path / "lists.yaml").lists == 2


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    assert [str(fault) for fault in load_rules(tmp_path / "none").faults] == [
        f"{tmp_path}/none:1:1: error: cannot read: No such file or directory"
    ]


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ("a: {any: [x, ab*]}", "lists.yaml:3:16: error: `ab*`: at least 3 letters must stand before *"),
        ("a: {any: {en: [x], xx: [y]}}", "lists.yaml:3:22: error: `xx` is no ISO 639-1 language code"),
        ("a: {any: []}", "lists.yaml:3:12: error: must not be empty"),
        ("a: {any: [x], excpet: [y]}", "lists.yaml:3:17: error: unknown key `excpet`; did you mean `except`?"),
        ("a: {any: [{list: b}]}", "lists.yaml:3:13: error: unknown list `b`"),
        ("a: {any: [{list: b}]}\n  b: {any: [{list: a}, x]}", "lists.yaml:4:13: error: a circle of lists: a > b > a"),
        ("a: {any: [{list: a}]}", "lists.yaml:3:13: error: a circle of lists: a > a"),
        ("a: {any: [{term: x, forms: ja}]}", "lists.yaml:3:30: error: no word forms are known for `ja`"),
    ],
)
def test_faults_of_lists(tmp_path: Path, lists: str, expected: str) -> None:
    found = messages(tmp_path, "version: 1\nrules: []\n", f"version: 1\nlists:\n  {lists}\n")
    assert any(message.startswith(expected) for message in found), found


def test_a_bad_term_leaves_its_list_in_use(tmp_path: Path) -> None:
    rules = "version: 1\nrules:\n  - {id: r, any: [{list: a}]}\n"
    rule_set = load(tmp_path, rules, "version: 1\nlists:\n  a: {any: [Lachin, ab*]}\n")
    assert [str(fault).partition("error: ")[2][:5] for fault in rule_set.faults] == ["`ab*`"]
    assert Matcher(rule_set.rules).judge(Content(title="Lachin"), None)


@pytest.mark.parametrize(
    ("lists", "why"),
    [
        ("version: 1\nlists: {a: {any: [x], z: 1}}", "list `a` cannot be used: it has faults in lists.yaml"),
        ("version: 1\nlists: [", "unknown list `a`: lists.yaml cannot be read"),
    ],
)
def test_a_rule_whose_list_cannot_be_used_says_why(tmp_path: Path, lists: str, why: str) -> None:
    found = messages(tmp_path, "version: 1\nrules:\n  - {id: r, any: [{list: a}]}\n", lists)
    assert f"rules.yaml:3:19: error: {why}" in found


def test_lists_that_name_one_long_list_many_times_are_cut(tmp_path: Path) -> None:
    words = ", ".join(f"word{number}" for number in range(20_000))
    many = "".join(f"  l{number}: {{any: [{{list: long}}]}}\n" for number in range(2_000))
    found = messages(tmp_path, "version: 1\nrules: []\n", f"version: 1\nlists:\n  long: {{any: [{words}]}}\n{many}")
    assert any("over 200000 terms in all lists" in message for message in found)


def test_lists_with_each_other_twice_do_not_double(tmp_path: Path) -> None:
    steps = "".join(
        f"  l{n}: {{any: [{{list: l{n + 1}}}, {{list: m{n + 1}}}], except: [e{n}]}}\n"
        f"  m{n}: {{any: [{{list: l{n + 1}}}, {{list: m{n + 1}}}], except: [f{n}]}}\n"
        for n in range(20)
    )
    lists = f"version: 1\nlists:\n{steps}  l20: {{any: [x]}}\n  m20: {{any: [y]}}\n"
    assert messages(tmp_path, "version: 1\nrules: []\n", lists) == []


def version(folder: Path, body: str, lists: str = LISTS) -> str:
    rule_set = load(folder, f"version: 1\nrules:\n  - {{id: r, {body}}}\n", lists)
    return rule_set.rules[0].rule.version


BASE = "any: [Lachin, {list: places.lachin}], and_any: [army]"


@pytest.mark.parametrize(
    "body",
    [
        f"{BASE}, title: Other",
        f"{BASE}, severity: low, owner: x, labels: {{a: b}}, status: shadow",
        f"{BASE}, tests: [{{article: {{title: x}}, expect: no_match}}]",
        "and_any: [ARMY], any: [{list: places.lachin}, lachin]",
    ],
)
def test_the_version_does_not_see_what_decides_no_match(tmp_path: Path, body: str) -> None:
    assert version(tmp_path, body) == version(tmp_path, BASE)


@pytest.mark.parametrize(
    "body",
    [
        "any: [Lachin, {list: places.lachin}], and_any: [army*]",
        f"{BASE}, unless_any: [film]",
        f"{BASE}, within_words: 5",
        f"{BASE}, scope: {{languages: [en]}}",
        f"{BASE}, scope: {{not_feed_tags: [sport]}}",
        "any: [Lachin, {list: places.lachin}], and_any: [{term: army, case: exact}]",
    ],
)
def test_the_version_sees_what_decides_a_match(tmp_path: Path, body: str) -> None:
    assert version(tmp_path, body) != version(tmp_path, BASE)


def test_the_version_sees_a_change_in_a_list(tmp_path: Path) -> None:
    before = version(tmp_path, BASE)
    assert version(tmp_path, BASE, LISTS.replace("Berdzor]", "Berdzor, Shusha]")) != before
    assert version(tmp_path, BASE, LISTS.replace("Town and corridor", "A town")) == before


def test_terms_are_the_text_as_written(tmp_path: Path) -> None:
    load_one(tmp_path, "any: [no, 1915, 1.10, true, 22:00, off, 2026-11-22]")


TOKENS = [
    *"{}[]:,-\n *?'\"",
    "version: 1\nrules:\n  - ",
    "id: r",
    "any:",
    "terms:",
    "when:",
    "list:",
    "tests:",
    "r1",
    "scope:",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=80),
        st.lists(st.sampled_from(TOKENS), max_size=30).map(lambda tokens: "".join(tokens).encode()),
        st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 60), st.text(max_size=4)).map(
            lambda cut: (WHOLE[: cut[0]] + cut[2] + WHOLE[cut[0] + cut[1] :]).encode()
        ),
    )
)
def test_any_bytes_load_or_are_named(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "rules.yaml").write_bytes(raw)
    (tmp_path / "lists.yaml").write_bytes(raw if len(raw) % 2 else LISTS.encode())
    rule_set = load_rules(tmp_path)
    Matcher(rule_set.rules).judge(Content(title="Lachin"), None)
    assert rule_set.rules or rule_set.faults or b"[]" in raw
