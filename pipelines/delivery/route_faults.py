"""What is wrong with a routes.yaml beyond what its schema can say: names of nothing, and a tree that tells nobody."""

from collections.abc import Iterator

from pipelines.delivery.routes_schema import RouteLine, RoutesFile
from pipelines.desk_files.reading import DeskFile, Fault, suggest

Steps = tuple[str | int, ...]


def routes_faults(file: DeskFile, lines: RoutesFile) -> Iterator[Fault]:
    """Every fault, in no order."""
    for name, loc in _receivers_named(file, lines):
        if name not in lines.receivers:
            yield file.fault(loc, f"no receiver `{name}`{suggest(name, lines.receivers)}")
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


def _receivers_named(file: DeskFile, lines: RoutesFile) -> Iterator[tuple[str, Steps]]:
    """Every place that names a receiver."""
    yield from ((name, ("owners", owner)) for owner, name in lines.owners.items())
    if lines.operator is not None:
        yield lines.operator, ("operator",)
    yield from (
        (receiver.fallback, ("receivers", name, "fallback"))
        for name, receiver in lines.receivers.items()
        if receiver.fallback is not None
    )
    for name, away in lines.away.items():
        yield name, ("away", name)
        yield away.to, ("away", name, "to")
    for line, loc in _routes(lines.route, ("route",)):
        yield from _named_by(file, line, loc)
    for number, test in enumerate(lines.tests):
        yield from ((name, ("tests", number, "expect", position)) for position, name in enumerate(test.expect))


def _named_by(file: DeskFile, line: RouteLine, loc: Steps) -> Iterator[tuple[str, Steps]]:
    """The receivers that one route names."""
    for position, name in enumerate(line.to or ()):
        yield name, (*loc, "to", position) if isinstance(file.at(*loc, "to"), list) else (*loc, "to")
    if line.escalate:
        yield line.escalate.to, (*loc, "escalate", "to")


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
