"""What is locked is installed as locked, under licences we may use, and the bill of materials and the audit say so."""

import json
import sys
from pathlib import Path

import pytest

from tests.supply.audit import audit
from tests.supply.bill import bill_of_materials
from tests.supply.licences import allowed, licence
from tests.supply.locked import locked_packages

PACKAGES = list(locked_packages())


def test_what_is_installed_is_what_is_locked() -> None:
    other = {one.name: one.version for one in PACKAGES if not one.installed or one.installed.version != one.version}
    assert not other, "`make setup` installs what is locked"


def test_every_licence_may_be_used() -> None:
    stated = {one.name: licence(one.installed) for one in PACKAGES if one.installed}
    assert not {name: words for name, words in stated.items() if not allowed(words)}


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [
        ("MIT", True),
        ("Apache-2.0 AND MIT", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later OR MIT", True),
        ("MIT AND GPL-2.0-only", False),
        ("MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later", True),
        ("SSPL-1.0", False),
        ("Our own terms", False),
        ("", False),
    ],
)
def test_a_licence_is_judged_by_its_choices(expression: str, outcome: bool) -> None:
    assert allowed(expression) is outcome


def test_the_bill_names_every_package_with_licence_and_hashes_and_closes_over_its_needs() -> None:
    bill = json.loads(json.dumps(bill_of_materials()))
    parts = {part["bom-ref"]: part for part in bill["components"]}
    assert {part["name"] for part in parts.values()} == {one.name for one in PACKAGES}
    for part in parts.values():
        (file,) = part["externalReferences"]
        assert part["licenses"]
        assert all(len(one["content"]) == 64 for one in file["hashes"])
        assert file["hashes"]
    scope = {part["name"]: part["scope"] for part in parts.values()}
    assert (scope["aiohttp"], scope["multidict"], scope["psycopg-binary"]) == ("required",) * 3
    assert (scope["pytest"], scope["hypothesis"]) == ("excluded",) * 2
    needed = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert set(needed) == {"wirewatch", *parts}
    assert {ref for refs in needed.values() for ref in refs} <= set(parts)
    assert bill == json.loads(json.dumps(bill_of_materials())), "the same lock gives the same bill"


@pytest.mark.parametrize(
    ("code", "out", "err", "outcome"),
    [
        (0, "", "No known vulnerabilities found", (0, "No known vulnerabilities found")),
        (1, "Name Version ID Fix\nlxml 6.1.3 X-1 7", "Found 1 known vulnerability", (1, "lxml 6.1.3")),
        (1, "", "ConnectionError: no route", (2, "no route")),
        (1, "", "ERROR:pip_audit._cli:lxml: not found on PyPI", (2, "not found")),
    ],
)
def test_an_audit_that_nobody_answered_is_no_clean_one(
    tmp_path: Path, code: int, out: str, err: str, outcome: tuple[int, str]
) -> None:
    script = tmp_path / "pip_audit.py"
    says = f"print({out!r}, end='')\nprint({err!r}, file=sys.stderr)\nsys.exit({code})\n"
    script.write_text(f"import sys\nassert '--strict' in sys.argv\n{says}")
    answer, words = audit([sys.executable, str(script)])
    assert answer == outcome[0]
    assert outcome[1] in words
