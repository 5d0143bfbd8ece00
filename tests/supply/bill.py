"""The bill of materials as CycloneDX 1.6: each locked package with version, licence, hashes, and what it needs."""

import hashlib
import uuid
from collections.abc import Mapping
from importlib.metadata import distribution

from tests.supply.licences import ALLOWED, licence
from tests.supply.locked import LOCK, PROJECT, Locked, at_run_time, locked_packages, needs


def bill_of_materials() -> dict[str, object]:
    """The document; the same bytes for the same lock on the same system, so without the time of day."""
    packages = {package.name: package for package in locked_packages() if package.installed}
    run_time = at_run_time(packages)
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    own = distribution(PROJECT)
    here = {"bom-ref": PROJECT, "type": "application", "name": PROJECT, "version": own.version}
    graph = {PROJECT: own} | {one.name: one.installed for one in packages.values() if one.installed}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, lock)}",
        "version": 1,
        "metadata": {"component": here | {"licenses": [{"expression": licence(own)}]}},
        "components": [_component(package, package.name in run_time) for package in packages.values()],
        "dependencies": [
            {"ref": _reference(name, packages), "dependsOn": sorted({_reference(one, packages) for one in found})}
            for name, package in graph.items()
            for found in [[one for one in needs(package) if one in packages]]
        ],
    }


def _component(package: Locked, run_time: bool) -> dict[str, object]:
    """A package; what only builds and tests is `excluded`, as CycloneDX calls it."""
    assert package.installed
    words = licence(package.installed)
    page = f"https://pypi.org/project/{package.name}/{package.version}/"
    return {
        "bom-ref": _reference(package.name, {package.name: package}),
        "type": "library",
        "name": package.name,
        "version": package.version,
        "scope": "required" if run_time else "excluded",
        "licenses": [{"expression": words} if _is_spdx(words) else {"license": {"name": words or "not stated"}}],
        "purl": _reference(package.name, {package.name: package}),
        "externalReferences": [
            {
                "type": "distribution",
                "url": page,
                "comment": "any of the files of this release, by its hash",
                "hashes": [{"alg": "SHA-256", "content": one} for one in package.hashes],
            }
        ],
    }


def _reference(name: str, packages: Mapping[str, Locked]) -> str:
    return name if name == PROJECT else f"pkg:pypi/{name}@{packages[name].version}"


def _is_spdx(words: str) -> bool:
    """Whether the words are an expression of licences that are known by name."""
    names = words.replace(" AND ", " OR ").split(" OR ")
    return any(name in ALLOWED for name in names)
