"""What is said of a desk's templates before a message is made of them."""

from pathlib import Path

import pytest

from pipelines.delivery.message import TEMPLATES
from pipelines.delivery.template_check import template_faults

CASES = [
    ("chat.txt", "{{ view.headline.bold }}\n{{ view.link }}", ""),
    (
        "chat.txt",
        "{{ view.headline.bold }}\n{{ view.outlets }}",
        "chat.txt:2:1: error: no `outlets` is known of a View",
    ),
    ("short.txt", "{{ view.headline.bold", "short.txt:1:1: error: unexpected end of template"),
    ("mail.html", "<p>{{ view.why | safe }}</p>", "mail.html:1:1: error: No filter named 'safe'."),
    ("gathered_many.txt", "{{ views[99].why }}", "gathered_many.txt:1:1: error: list object has no element 99"),
    ("parts.txt", "{% macro source(view) %}{% endmacro %}", "does not export the requested name"),
    ("chat.text", "words", "chat.text:1:1: error: no message is made of `chat.text`; did you mean `chat.txt`?"),
    ("chat.txt", "{% if view.language %}{{ view.language }}{% endif %}", "chat.txt:1:1: error: gives an empty text"),
]


@pytest.mark.parametrize(("name", "text", "says"), CASES)
def test_each_fault_has_its_file_and_line(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = [str(fault) for fault in template_faults(tmp_path)]
    assert (found == []) if not says else any(says in one for one in found), found


def test_our_own_templates_have_none(tmp_path: Path) -> None:
    assert template_faults(tmp_path / "absent") == []
    for path in TEMPLATES.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert template_faults(tmp_path) == []
