"""The commands by which rule authors become sure: explain, try, why, near-misses, forms, backtest, add-test."""

import json
import os
import re
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli.app import app
from pipelines.errors import WirewatchError
from pipelines.model import Content, Published
from pipelines.states import RuleId, TextSource
from storage.store import SqlStore, open_store
from tests.storage.samples import alert, entry, feed, group, match, poll, rule

NOW = datetime.now(UTC).replace(microsecond=0)
RULES = """version: 1
rules:
  - id: lachin-peacekeepers  # the desk's oldest
    any: [Lachin]
    and_any: [peacekeep*]
    within_words: 5
    unless_any: [film festival]
    tests:
      - {article: {title: Peacekeepers in Lachin}, expect: match}

  # seen weekly
  - id: convoys
    status: draft
    terms: {convoy: {any: [{term: convoy, forms: en}, truck*], weight: 4}}
    when: score >= 4
"""
TEXTS = {
    "escort": ("Peacekeepers escort convoy through Lachin", "Eleven trucks came."),
    "apart": ("Lachin waits", "Peace-keeping troops left. Trucks stood before Lachin while peacekeepers slept."),
    "film": ("Peacekeepers of Lachin win prize", "The film festival ended."),
    "quake": ("The quake", "Nobody was hurt."),
    "other": ("Lachin road", "A peacekeeping post near the town was closed; the road to Lachin was open."),
}  # fmt: skip


PAGE = """<p>The first trucks came over the pass before dawn, with flour, salt and lamp oil for the valley.</p>
<p>“We had bread for two more days,” said Ani, who keeps the bakery by the bridge and lit her oven at once.</p>
<p>A second convoy waits at the tunnel until the wind has dropped, the road service told the town's council.</p>
<p>Snow had closed the road for nine days, longer than in any winter since the tunnel was opened to traffic.</p>"""


def fill(store: SqlStore) -> None:
    """Five articles of one outlet, a day apart, each its own story; the first is told."""
    of = feed("tufa")
    for age, (name, (title, body)) in enumerate(TEXTS.items()):
        now = NOW - timedelta(days=age, minutes=30)
        poll(store, entry(name, title=title), of=of, now=now)
        for page in store.articles.pages_due(now, 10):
            content = Content(
                title=title, body=body, language="en", published=Published(moment=now), text_source=TextSource.PAGE
            )
            store.articles.save_text(page, content, now, try_again_at=None)
    group(store, now=NOW)
    match(store, rule(RuleId("lachin-peacekeepers")), now=NOW)
    alert(store, now=NOW)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A desk with two rules and an archive of five articles."""
    (tmp_path / "alert_rules").mkdir()
    (tmp_path / "alert_rules" / "rules.yaml").write_text(RULES, encoding="utf-8")
    with closing(open_store(f"sqlite:///{tmp_path / '.wirewatch' / 'wirewatch.db'}")) as store:
        fill(store)
    return tmp_path / "alert_rules"


def run(desk: Path, *arguments: str) -> Result:
    """The command in this process; an error of ours is raised."""
    told = CliRunner().invoke(app, arguments, env={"WIREWATCH_DESK": str(desk)})
    if told.exception and not isinstance(told.exception, SystemExit):
        raise told.exception
    return told


def test_explain_says_what_decided_and_shows_each_hit_in_its_sentence(desk: Path) -> None:
    told = run(desk, "rules", "explain", "lachin-peacekeepers", "1").stdout
    assert told.splitlines()[0].startswith(
        "lachin-peacekeepers: match · Peacekeepers escort convoy through Lachin · Tufa"
    )
    assert "  because near(any, and_any, words=5): 3 words apart" in told
    assert "peacekeep* in the title: *Peacekeepers* escort convoy through Lachin" in told
    facts = json.loads(
        run(desk, "rules", "explain", "lachin-peacekeepers", "https://tufa.example/escort", "--json").stdout
    )
    assert (facts["outcome"], facts["ways"]) == ("match", ["near(any, and_any, words=5)"])
    assert facts["groups"]["any"]["hits"][0]["text"] == "Lachin"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("3", "`unless_any` hits “film festival”"),
        ("4", "`any` has no hit"),
        ("5", "9 words apart, limit 5"),
    ],
)
def test_explain_says_what_a_miss_lacked(desk: Path, number: str, words: str) -> None:
    assert words in run(desk, "rules", "explain", "lachin-peacekeepers", number).stdout


def test_explain_reads_files_and_drafts(desk: Path, tmp_path: Path) -> None:
    plain = tmp_path / "story.txt"
    plain.write_text("Convoys on the move\nTwo trucks.", encoding="utf-8")
    told = run(desk, "rules", "explain", "convoys", str(plain)).stdout
    assert "convoys: match" in told
    assert "score 4 = convoy +4" in told
    assert "its status is draft: it tells nobody" in told
    line = tmp_path / "story.jsonl"
    line.write_text(json.dumps({"id": 1, "title": "A convoy", "source": "Tufa"}), encoding="utf-8")
    assert "A convoy · Tufa" in run(desk, "rules", "explain", "convoys", str(line)).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rules", "explain", "convoy", "1"), "did you mean `convoys`?"),
        (("rules", "explain", "convoys", "99"), "99 is not in the archive"),
        (("rules", "explain", "convoys", "no/such/file"), "is no file, no number"),
        (("rules", "backtest", "--against", "no-such-revision"), "git knows no such version"),
        (("rules", "backtest", "nope"), "there is no rule `nope`"),
        (("try", "nowhere"), "is no file and no http(s) address"),
    ],
)
def test_what_cannot_be_found_is_said_with_what_to_do(desk: Path, arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(WirewatchError) as error:
        run(desk, *arguments)
    assert words in str(error.value)


def test_near_misses_are_one_part_short_and_the_nearest_comes_first(desk: Path) -> None:
    found = json.loads(run(desk, "rules", "near-misses", "lachin-peacekeepers", "--json").stdout)
    assert [one["article_id"] for one in found["near_misses"]] == [5, 3]
    assert found["near_misses"][0]["what"] == "9 words apart, limit 5"
    shown = run(desk, "rules", "near-misses", "lachin-peacekeepers", "--limit", "1", "--days", "3").stdout
    assert "1 near miss in 3 articles" in shown
    assert "film festival" in shown


def test_forms_are_counted_and_what_never_hits_is_there_too(desk: Path) -> None:
    rows = json.loads(run(desk, "rules", "forms", "convoys", "--json").stdout)["terms"]
    assert {one["term"]: one["forms"] for one in rows} == {
        "convoy": {"convoy": 1},
        "truck*": {"trucks": 1, "Trucks": 1},
    }
    assert "never" in run(desk, "rules", "forms", "convoys", "--days", "0.01").stdout


def test_a_backtest_counts_and_compares(desk: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(
        RULES.replace("within_words: 5", "within_words: 15").replace("id: convoys", "id: gone"), encoding="utf-8"
    )
    told = json.loads(run(desk, "rules", "backtest", "--against", str(other), "--json").stdout)
    one, convoys = told["rules"]
    assert (one["matches"], one["alerts"], one["lost"]["number"], one["gained"]["number"]) == (2, 2, 1, 0)
    assert one["lost"]["samples"][0]["article_id"] == 5
    assert (convoys["matches"], convoys["gained"]["number"], told["gone"]["gone"]["number"]) == (2, 2, 2)
    shown = run(desk, "rules", "backtest", "lachin-peacekeepers", "--against", str(other)).stdout
    assert "5 articles of" in shown
    assert "lachin-peacekeepers lost: 1" in shown
    assert "  - " in shown
    markdown = run(desk, "rules", "backtest", "--markdown", "--against", str(other)).stdout
    assert "| `lachin-peacekeepers` | 2 | +0 | -1 |" in markdown
    page = tmp_path / "page.html"
    assert str(page) in run(desk, "rules", "backtest", "--html", str(page)).stdout
    assert "<mark>Lachin</mark>" in page.read_text(encoding="utf-8")


def test_a_backtest_compares_with_a_git_revision(desk: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *words], cwd=desk.parent, check=True
        )

    git("init", "--quiet")
    git("add", "alert_rules")
    git("commit", "--quiet", "--message", "as it was")
    (desk / "rules.yaml").write_text(RULES.replace("within_words: 5", "within_words: 15"), encoding="utf-8")
    told = json.loads(run(desk, "rules", "backtest", "--against", "HEAD", "--json").stdout)
    assert told["rules"][0]["gained"]["number"] == 1


def test_add_test_writes_beside_the_others_and_says_whether_it_passes(desk: Path) -> None:
    told = run(desk, "rules", "add-test", "lachin-peacekeepers", "3", "--expect", "no_match", "--name", "prizes")
    assert told.stdout.splitlines() == [
        f"{desk / 'rules.yaml'}:10: added",
        "lachin-peacekeepers says no_match, as it should",
    ]
    text = (desk / "rules.yaml").read_text(encoding="utf-8")
    assert text.startswith(RULES[: RULES.index("\n\n")])
    assert "\n\n  # seen weekly\n  - id: convoys\n" in text
    assert "change it until" in run(desk, "rules", "add-test", "convoys", "1", "--expect", "no_match").stdout
    assert "2 failed" not in run(desk, "rules", "test").stdout


def test_try_shows_what_fires_else_the_nearest(desk: Path, tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text("A convoy of aid\nNothing more.", encoding="utf-8")
    assert "convoys: match" in run(desk, "try", str(story)).stdout
    story.write_text("Rain over the valley\nNothing more.", encoding="utf-8")
    told = run(desk, "try", str(story)).stdout
    assert "none of 2 rules fires; the nearest:" in told
    page = tmp_path / "page.html"
    page.write_text(f"<html lang=en><head><title>Aid</title></head><body><h1>Aid comes</h1>{PAGE}</body></html>")
    facts = json.loads(run(desk, "try", str(page), "--url", "https://tufa.example/aid", "--json").stdout)
    assert (facts["title"], [one["rule_id"] for one in facts["rules"]]) == ("Aid comes", ["convoys"])


def test_why_tells_the_whole_way(desk: Path) -> None:
    told = run(desk, "why", "https://tufa.example/escort?utm_source=chat").stdout
    for words in (
        "1 · Peacekeepers escort convoy through Lachin",
        "tufa had it at",
        "whole, English, read at",
        "alone: no text of the last days is like it",
        "match, told in alert A5 (first)",
        "pending, due at",
        "rule convoys              would match: because score >= 4: score 4",
    ):
        assert words in told, words
    only = run(desk, "why", "4", "--rule", "lachin-peacekeepers").stdout
    assert "match, told in alert" in only
    assert "convoys" not in only


def test_why_tells_what_never_came(desk: Path) -> None:
    told = run(desk, "why", "https://www.tufa.example/never").stdout
    assert "never came" in told
    assert "feed tufa" in told
    assert "would have carried it; read well at" in told
    assert "`wirewatch feeds add https://nowhere.example`" in run(desk, "why", "https://nowhere.example/x").stdout


GOLDEN = Path(__file__).parents[1] / "data" / "commands"
COMMANDS = {
    "explain-match": "rules explain lachin-peacekeepers 1",
    "explain-miss": "rules explain lachin-peacekeepers 5",
    "explain-near": "rules explain lachin-peacekeepers 2",
    "near-misses": "rules near-misses lachin-peacekeepers",
    "forms": "rules forms lachin-peacekeepers",
    "backtest": "rules backtest",
    "backtest-one": "rules backtest lachin-peacekeepers",
    "backtest-markdown": "rules backtest --markdown --against {other}",
    "backtest-against": "rules backtest --against {other}",
    "why-told": "why 1",
    "why-missed": "why https://tufa.example/film",
    "why-never-came": "why https://tufa.example/never",
    "try": "try {story}",
}
CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"), "STAMP"),
    (re.compile(r"\d\d? [A-Z][a-z]{2}( \d{4})?\b"), "DAY"),
    (re.compile(r"\b\d\d:\d\d UTC"), "TIME"),
    (re.compile("[·▁▂▃▄▅▆▇█]{15}"), "PLOT"),
    (re.compile(" {2,}"), "  "),
)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_person_sees_is_as_it_was_found_good(desk: Path, tmp_path: Path, name: str) -> None:
    other, story = tmp_path / "other.yaml", tmp_path / "story.txt"
    other.write_text(RULES.replace("within_words: 5", "within_words: 15"), encoding="utf-8")
    story.write_text("Two convoys on the road\nTrucks of flour came over the pass.", encoding="utf-8")
    told = run(desk, *COMMANDS[name].format(other=other, story=story).split()).stdout
    for pattern, word in CHANGING:
        told = pattern.sub(word, told)
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("WIREWATCH_WRITE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")
