"""Asks the advisory service whether a locked package has a known weakness, by pip-audit in a place of its own."""

import subprocess
import sys
from pathlib import Path

from tests.supply.locked import LOCK, ROOT

PLACE = ROOT / ".venv" / "audit"
# Strict: a mirror that knows no advisories says "not found" of each package, which is no clean answer.
ASKED = (
    "--strict",
    "--require-hashes",
    "--disable-pip",
    "--progress-spinner=off",
    "--timeout=15",
    "--vulnerability-service",
)
NEVER_ASKED = "the advisory service could not be asked"


def audit(command: list[str], lock: Path = LOCK, services: tuple[str, ...] = ("pypi", "osv")) -> tuple[int, str]:
    """Exit code and words: 0 none known, 1 some known (pip-audit's own table), 2 where no service answered."""
    said = ""
    for service in services:
        done = subprocess.run([*command, *ASKED, service, "--requirement", lock], capture_output=True, text=True)
        if done.returncode == 0:
            return 0, done.stderr.strip() or "No known vulnerabilities found"
        if done.stdout.strip():  # its table: it was asked, and there are some
            return 1, done.stdout.rstrip()
        said = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "no words")
    return 2, (
        f"{NEVER_ASKED} ({' and '.join(services)}): {said[:300]}\n"
        "Nothing is known either way. Run `make audit` where pypi.org or api.osv.dev can be reached."
    )


def prepared() -> list[str]:
    """The command of pip-audit, installed beside the project's packages and not among them."""
    python = PLACE / "bin" / "python"
    if not (PLACE / "bin" / "pip-audit").exists():
        subprocess.run([sys.executable, "-m", "venv", PLACE], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "pip-audit>=2.10,<3"]
        if subprocess.run(install).returncode != 0:
            raise SystemExit("pip-audit could not be installed (see above): it comes from the package index")
    return [str(python), "-m", "pip_audit"]
