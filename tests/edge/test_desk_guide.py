"""The desk's guide tells the truth: each of its examples is a complete file that loads and passes its tests."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from pipelines.delivery.message import TEMPLATES
from pipelines.delivery.routing import load_routes
from pipelines.delivery.template_check import template_faults
from pipelines.delivery.view import View
from pipelines.desk_files.reading import read
from pipelines.ingest.feeds_file import load_feeds
from pipelines.rehearsal.inline_tests import run_tests
from pipelines.rules.expression import RESERVED
from pipelines.rules.loader import load_rules

DESK = Path(__file__).parents[2] / "alert_rules"
EXAMPLE = re.compile(r"^```yaml\n# (\S+\.yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide's examples as the files that they say they are."""
    folder = tmp_path_factory.mktemp("guide")
    text = (DESK / "README.md").read_text(encoding="utf-8")
    examples = EXAMPLE.findall(text)
    assert len(examples) == text.count("```yaml") >= 9, "an example does not name its file"
    assert len({name for name, _ in examples}) == len(examples)
    for name, body in examples:
        (folder / name).write_text(body, encoding="utf-8")
    return folder


def test_every_example_of_a_rule_loads_and_passes_its_tests(guide: Path) -> None:
    loaded = load_rules(guide)
    rules = {rule.rule_id for rule in loaded.rules}
    texts = "".join(file.read_text(encoding="utf-8") for file in guide.glob("*.yaml"))
    assert rules == set(re.findall(r"^  - id: (\S+)$", texts, re.MULTILINE))
    assert [str(fault) for fault in (*loaded.faults, *run_tests(loaded))] == []


def test_the_example_of_a_template_can_be_used_and_all_that_it_may_say_is_named(tmp_path: Path) -> None:
    text = (DESK / "README.md").read_text(encoding="utf-8")
    [(name, body)] = re.findall(
        r"^```jinja\n\{# alert_rules/templates/(\S+) #\}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
    )
    (tmp_path / name).write_text(body, encoding="utf-8")
    assert template_faults(tmp_path) == []
    assert {field.name for field in fields(View) if f"`{field.name}`" not in text} == set()
    assert {path.name for path in TEMPLATES.iterdir() if f"`{path.name}`" not in text} == set()


def test_the_example_of_feeds_loads(guide: Path) -> None:
    assert [feed.feed_id for feed in load_feeds(guide / "feeds.yaml")] == ["oc-media"]


def test_the_example_of_routes_loads_and_passes_its_tests(guide: Path) -> None:
    assert set(load_routes(guide / "routes.yaml").receivers) == {"desk-chat", "desk-mail", "duty-phone", "nino"}


def test_an_editor_finds_nothing_wrong_with_the_examples(guide: Path) -> None:
    for path in guide.glob("*.yaml"):
        kind = path.stem if path.stem in {"lists", "feeds", "routes"} else "rules"
        schema = json.loads((DESK / f"{kind}.schema.json").read_text(encoding="utf-8"))
        assert [error.message for error in Draft7Validator(schema).iter_errors(read(path).data)] == [], path.name


def test_every_word_of_the_language_is_shown(guide: Path) -> None:
    schema = json.loads((DESK / "rules.schema.json").read_text(encoding="utf-8"))
    keys = {key for record in (schema, *schema["$defs"].values()) for key in record.get("properties", {})}
    text = (DESK / "README.md").read_text(encoding="utf-8")
    assert {key for key in keys if not re.search(rf"\b{key}\b", text)} == set()
    examples = "".join(path.read_text(encoding="utf-8") for path in guide.glob("*.yaml"))
    clauses = RESERVED - {"and", "or", "not", "all"}
    assert {clause for clause in clauses if not re.search(rf"\b{clause}\b", examples)} == set()
