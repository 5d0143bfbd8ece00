"""The packages of requirements.lock as they are installed here: version, licence, hashes, and what each needs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
PROJECT = "wirewatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One pinned package that this machine needs; `installed` is None where it is not here."""

    name: str
    version: str
    hashes: Sequence[str]
    installed: Distribution | None


def locked_packages(lock: Path = LOCK) -> Iterator[Locked]:
    """What requirements.lock pins for this interpreter and system, in its order."""
    for block in re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8")):
        pin, *hashes = re.split(r" \\\n\s+--hash=sha256:", re.split(r"\n\s+#", block)[0].rstrip())
        requirement = Requirement(pin)
        if requirement.marker is None or requirement.marker.evaluate():
            (version,) = (one.version for one in requirement.specifier)
            name = canonicalize_name(requirement.name)
            yield Locked(name=name, version=version, hashes=hashes, installed=_installed(name))


def needs(package: Distribution, extra: str = "") -> Iterator[str]:
    """Names of what a package needs here, those of its `extra` included."""
    for line in package.requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield canonicalize_name(requirement.name)
            if requirement.extras and (other := _installed(requirement.name)):
                yield from (name for one in requirement.extras for name in needs(other, one))


def at_run_time(packages: Mapping[str, Locked]) -> frozenset[str]:
    """Names that the product loads; the rest builds and tests it."""
    waiting, reached = list(needs(distribution(PROJECT))), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in reached and (package := packages.get(name)) and package.installed:
            reached.add(name)
            waiting += needs(package.installed)
    return frozenset(reached)


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None
