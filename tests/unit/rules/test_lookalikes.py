"""Letters that look alike: which words the linter doubts, and which it leaves alone."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.rules.lint import lint
from tests.unit.rules.authoring import load

RULE = "version: 1\nrules:\n  - {{id: r, status: draft, any: [{}]}}\n"


def doubted(folder: Path, term: str) -> list[str]:
    """Warnings about mixed scripts."""
    rule_set = load(folder, RULE.format(term), "version: 1\nlists: {}\n")
    assert rule_set.faults == ()
    return [fault.message for fault in lint(rule_set, date(2026, 11, 22)) if "mixes" in fault.message]


@pytest.mark.parametrize(
    ("term", "scripts"),
    [
        ("Л\u0061чин", "Cyrillic and Latin"),  # Latin a
        ("L\u0430chin", "Cyrillic and Latin"),  # Cyrillic a
        ("Ер\u0435в\u0061н", "Cyrillic and Latin"),
        ("\u0415U", "Cyrillic and Latin"),  # Cyrillic Ie
        ("\u041eSCE", "Cyrillic and Latin"),
        ("миротвор\u0435\u0063*", "Cyrillic and Latin"),
        ("Bak\u0131 l\u0430çın", "Cyrillic and Latin"),
        ("\u0540ayastan", "Armenian and Latin"),
        ("Երև\u0061ն", "Armenian and Latin"),
        ("Ար\u0446ախ", "Armenian and Cyrillic"),
        ("თბილი\u0441ი", "Cyrillic and Georgian"),
        ("\u0391thens", "Greek and Latin"),
        ("{term: Степ\u0061накерт, forms: ru}", "Cyrillic and Latin"),
        ("{term: Степ\u0061накерт, fuzzy: 1}", "Cyrillic and Latin"),
    ],
)
def test_a_word_of_two_scripts_is_doubted(tmp_path: Path, term: str, scripts: str) -> None:
    (message,) = doubted(tmp_path, term)
    assert f"mixes the scripts {scripts}" in message


@pytest.mark.parametrize(
    "term",
    [
        "Лачин",
        "Laçın",
        "Երևան",
        "Հայաստան",
        "თბილისი",
        "ممر لاتشين",
        "دالان لاچین",
        "拉钦走廊",
        "ロシア軍",
        "Т-72",
        "F16",
        "COVID-19",
        "ЕС EU",
        "НАТО-NATO",
        "ΕΕ",
        "Erdog\u0306an",
        "и\u0306од",
        "за\u0301мок",
        "peace\u00adkeepers",
        "Azərbaycan",
        "Straße",
        "№5",
    ],
)
def test_a_word_of_one_script_is_not(tmp_path: Path, term: str) -> None:
    assert doubted(tmp_path, term) == []
