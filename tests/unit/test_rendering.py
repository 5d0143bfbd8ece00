"""A desk's templates: used where they can be filled in, and never able to do more than write a bounded text."""

from pathlib import Path

import pytest

from pipelines.rendering import LONGEST, TemplateRefused, Templates, fill

FAULTS = [
    ("a\n{{ view.nothing }}", 2, "no `nothing` is known of a str"),
    ("{{ nothing }}", 1, "'nothing' is undefined"),
    ("a\n\n{% for %}", 3, "Expected an expression"),
    ("{% if view %}", 1, "Unexpected end of template"),
    ("{{ view | safe }}", 1, "No filter named 'safe'"),
    ("{{ [view] | map('safe') | list }}", 1, "No filter named 'safe'"),
    ("{{ view | urlize }}", 1, "No filter named 'urlize'"),
    ("\n{% autoescape false %}{{ view }}{% endautoescape %}", 2, "what is escaped stays so"),
    ("{{ view.__class__.__mro__ }}", 1, "unsafe"),
    ("{{ [].append(1) }}", 1, "unsafe"),
    ("{{ 'x' * 10 }}", 1, "`*` is for numbers alone"),
    ("{{ [1] * 10 }}", 1, "`*` is for numbers alone"),
    ("{{ 9 ** 9 ** 9 }}", 1, "too large"),
    ("{{ 'x' | center(999999999) }}", 1, "no number above 10,000"),
    ("{{ 'x'.ljust(999999999) }}", 1, "no number above 10,000"),
    ("{{ '%0999999999d' | format(1) }}", 1, "no width above 10,000"),
    ("{{ '{:>999999999}'.format(1) }}", 1, "no bound"),
    ("{% for a in range(9000) %}{% for b in range(9000) %}{% endfor %}{% endfor %}", 1, "counts further than 10,000"),
    ("{% for a in range(1000) %}{{ 'x'.ljust(9000) }}{% endfor %}", 1, f"more than {LONGEST:,} characters"),
    ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", 1, "into itself"),
    ("{% extends 'note.txt' %}", 1, "into itself"),
    ("{% include 'absent.txt' %}", 1, "there is no template `absent.txt`"),
    ("{% from 'parts.txt' import absent %}{{ absent() }}", 1, "does not export the requested name 'absent'"),
    ("{{ 1 / 0 }}", 1, "division by zero"),
    ("  \n{# nothing #}\n", 1, "gives an empty text"),
]


@pytest.fixture
def both(tmp_path: Path) -> Templates:
    ours, desks = tmp_path / "ours", tmp_path / "desk"
    ours.mkdir()
    desks.mkdir()
    (ours / "note.txt").write_text("{% from 'parts.txt' import told %}\nours: {{ told(view) }}", encoding="utf-8")
    (ours / "note.html").write_text("<p>{{ view }}</p>", encoding="utf-8")
    (ours / "parts.txt").write_text("{% macro told(view) %}<{{ view }}>{% endmacro %}", encoding="utf-8")
    return Templates(ours, desks)


def write(both: Templates, text: str | bytes, name: str = "note.txt") -> None:
    assert both.desks is not None
    (both.desks / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_a_desk_without_templates_has_ours(both: Templates, tmp_path: Path) -> None:
    for templates in (both, Templates(both.ours), Templates(both.ours, tmp_path / "absent")):
        assert templates.fill("note.txt", view="words") == "ours: <words>"
        assert templates.filled == {"note.txt"}
        assert not templates.faults


def test_a_desks_template_comes_before_ours_and_may_build_on_it(both: Templates) -> None:
    write(both, "the desk's: {{ view }} {% include 'ours/note.txt' %}")
    assert both.fill("note.txt", view="words") == "the desk's: words ours: <words>"
    write(both, "{% macro told(view) %}({{ view }}){% endmacro %}", "parts.txt")
    again = Templates(both.ours, both.desks)  # what a desk writes is read by the next run
    assert again.fill("note.txt", view="words") == "the desk's: words ours: (words)"


def test_words_from_outside_are_escaped_in_a_desks_page_too(both: Templates) -> None:
    write(both, "<b>{{ view }}</b>{% set x %}{{ view }}{% endset %}{{ x }}", "note.html")
    assert both.fill("note.html", view="<img>") == "<b>&lt;img&gt;</b>&lt;img&gt;"


@pytest.mark.parametrize(("text", "line", "words"), FAULTS)
def test_a_template_that_cannot_be_used_is_named_with_its_line_and_gives_way_to_ours(
    both: Templates, text: str, line: int, words: str
) -> None:
    write(both, text)
    with pytest.raises(TemplateRefused) as caught:
        both.fill_desks("note.txt", view="words")
    assert both.desks is not None
    assert caught.value.fault.file == both.desks / "note.txt"
    assert (caught.value.fault.line, words in caught.value.fault.text) == (line, True), caught.value.fault
    assert both.fill("note.txt", view="words") == "ours: <words>"
    assert both.faults["note.txt"] == caught.value.fault


def test_bytes_that_are_no_text_give_way_to_ours_too(both: Templates) -> None:
    write(both, b"\xff\xfe")
    assert both.fill("note.txt", view="words") == "ours: <words>"
    assert "codec" in both.faults["note.txt"].text


def test_a_fault_in_a_part_is_named_where_it_stands(both: Templates) -> None:
    write(both, "{% macro told(view) %}\n\n{{ view.absent }}{% endmacro %}", "parts.txt")
    assert both.fill("note.txt", view="words") == "ours: <words>"
    assert both.desks is not None
    fault = both.faults["note.txt"]
    assert (fault.file, fault.line) == (both.desks / "parts.txt", 3)


def test_ours_are_held_to_the_same_bounds(both: Templates) -> None:
    (both.ours / "note.txt").write_text("{% for a in range(99) %}{{ 'x'.ljust(10000) }}{% endfor %}", encoding="utf-8")
    assert len(fill(both.ours, "note.txt")) < LONGEST
