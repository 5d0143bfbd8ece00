"""`make sbom`, `make audit`: what Wirewatch is made of, as a CycloneDX file; and what is known against it.

usage: python -m tests.supply sbom [FILE] | audit; without FILE: dist/sbom.cdx.json
"""

import json
import sys
from pathlib import Path

from tests.supply.audit import audit, prepared
from tests.supply.bill import bill_of_materials
from tests.supply.locked import ROOT, locked_packages


def main(arguments: list[str]) -> int:
    """Do what is asked; the exit code is the answer."""
    match arguments:
        case ["sbom"]:
            return _write(ROOT / "dist" / "sbom.cdx.json")
        case ["sbom", file]:
            return _write(Path(file))
        case ["audit"]:
            code, words = audit(prepared())
            print(words)
            return code
    print(__doc__, file=sys.stderr)
    return 2


def _write(file: Path) -> int:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(bill_of_materials(), indent=1) + "\n", encoding="utf-8")
    absent = [package.name for package in locked_packages() if package.installed is None]
    if absent:
        print(
            f"not installed, so not in it: {', '.join(absent)}; `make setup` installs what is locked", file=sys.stderr
        )
    print(f"wrote {file}")
    return 1 if absent else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
