"""What is wrong with a routes.yaml beyond what its schema can say: names of nothing, and a tree that tells nobody."""

from collections.abc import Iterable, Iterator

from pipelines.delivery.routes_schema import RouteLine, RoutesFile
from pipelines.desk_files.reading import Data, DeskFile, Fault, suggest

Steps = tuple[str | int, ...]


def routes_faults(file: DeskFile, lines: RoutesFile) -> Iterator[Fault]:
    """Every fault, in no order."""
    yield from unknown_receivers(file)
    for line, loc in _routes(lines.route, ("route",)):
        if line.hold_in is not None and line.hold_in not in lines.times:
            yield file.fault(
                (*loc, "hold_in"), f"no time `{line.hold_in}` under `times`{suggest(line.hold_in, lines.times)}"
            )
        yield from _tree_faults(file, line, loc)
    for name, receiver in lines.receivers.items():
        if receiver.fallback == name:
            yield file.fault(("receivers", name, "fallback"), "a receiver cannot stand in for itself")
    for name, away in lines.away.items():
        if away.to == name:
            yield file.fault(("away", name, "to"), "who is away cannot read for itself")


def unknown_receivers(file: DeskFile) -> Iterator[Fault]:
    """A fault at each name of a receiver that is none, told from what is written, whatever else is wrong there."""
    known = file.at("receivers")
    if isinstance(known, dict):
        for name, loc in _receivers_named(file):
            if isinstance(name, str) and name not in known:
                yield file.fault(loc, f"no receiver `{name}`{suggest(name, known)}")


def _receivers_named(file: DeskFile) -> Iterator[tuple[Data, Steps]]:
    """Every place that names a receiver, with what stands there."""
    away = [("away", name) for name in _keys(file.at("away"))]
    yield from ((loc[1], loc) for loc in away)
    places = [("operator",), *(("owners", owner) for owner in _keys(file.at("owners")))]
    places += [("receivers", name, "fallback") for name in _keys(file.at("receivers"))]
    places += [(*loc, "to") for loc in away]
    places += _named_by(file, ("route",))
    places += [("tests", number, "expect") for number in _keys(file.at("tests"))]
    for loc in places:
        found = file.at(*loc)
        yield from (
            [(one, (*loc, place)) for place, one in enumerate(found)] if isinstance(found, list) else [(found, loc)]
        )


def _named_by(file: DeskFile, loc: Steps) -> Iterator[Steps]:
    """Where a route and all below it name receivers."""
    yield (*loc, "to")
    yield (*loc, "escalate", "to")
    for number in _keys(file.at(*loc, "routes")):
        yield from _named_by(file, (*loc, "routes", number))


def _keys(data: Data) -> Iterable[str | int]:
    """Of what is written as a mapping the keys, of a list the numbers."""
    return data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()


def _routes(line: RouteLine, loc: Steps) -> Iterator[tuple[RouteLine, Steps]]:
    """A route and all below it."""
    yield line, loc
    for number, below in enumerate(line.routes):
        yield from _routes(below, (*loc, "routes", number))


def _tree_faults(file: DeskFile, line: RouteLine, loc: Steps) -> Iterator[Fault]:
    """What the schema cannot say: the root catches all, and every other route something."""
    root = loc == ("route",)
    if root and line.to is None:
        yield file.fault(loc, "`to` is missing: the root catches all that no other route does")
    if root and (line.match or line.also):
        yield file.fault(loc, "the root catches all: `match` and `also` belong to the routes below it")
    if not root and not line.match:
        yield file.fault(loc, "`match` is missing: only the root catches all")
    if not root and line.to is None and not line.routes and not _says_more(line):
        yield file.fault(loc, "`to` is missing: this route tells nobody")


def _says_more(line: RouteLine) -> bool:
    """Whether a route without receivers of its own changes when its parent's are told."""
    return bool(line.model_fields_set & {"gather", "hold_in", "hold_unless", "digest", "escalate"})
