"""Who is told: the desk's receivers and routing tree, from routes.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines import desk_files
from pipelines.alerts import Receiver
from pipelines.delivery.routes_schema import RouteLine, RoutesFile
from pipelines.desk_files import DeskFile, Fault, suggest
from pipelines.errors import DeskFileError, ReceiverMisconfigured
from pipelines.model import Rule
from pipelines.states import ReceiverId, Severity

Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A node of the routing tree; `to` is its parent's where it names none of its own."""

    match: Mapping[str, str]
    to: tuple[ReceiverId, ...]
    also: bool = False
    routes: tuple["Route", ...] = ()

    def receivers(self, labels: Mapping[str, str]) -> Iterator[ReceiverId]:
        """Whom an alert that has come to this node reaches, perhaps more than once.

        The first matching route below wins, and where none does this node's `to`. A route with `also` wins nothing:
        its receivers are told besides, and the search goes on.
        """
        for route in self.routes:
            if all(labels.get(name) == value for name, value in route.match.items()):
                yield from route.receivers(labels)
                if not route.also:
                    return
        yield from self.to


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """All that routes.yaml says."""

    zone: str
    """IANA name of the zone in which the desk is told times."""
    receivers: Mapping[ReceiverId, Receiver]
    owners: Mapping[str, Receiver]
    """Who hears about the rules of an owner."""
    operator: Receiver | None
    """Who hears about this installation."""
    root: Route

    def receivers_for(self, rule: Rule) -> tuple[Receiver, ...]:
        """Whom an alert of `rule` reaches, each once, in the order of the routes."""
        return self.receivers_with({**rule.labels, "severity": rule.severity})

    def receivers_with(self, labels: Mapping[str, str]) -> tuple[Receiver, ...]:
        """Whom an alert with these labels, `severity` among them, reaches."""
        return tuple(self.receivers[name] for name in dict.fromkeys(self.root.receivers(labels)))

    def receiver(self, receiver_id: ReceiverId) -> Receiver:
        """The receiver of that name; ReceiverMisconfigured where deliveries wait for one that is gone."""
        if receiver_id not in self.receivers:
            raise ReceiverMisconfigured(f"{receiver_id}: no such receiver in routes.yaml any more")
        return self.receivers[receiver_id]


def load_routes(path: Path) -> Routes:
    """The routes of the file at `path`, its inline tests passed; raises DeskFileError with every fault found."""
    file = desk_files.read(path)
    lines, faults = file.check(RoutesFile)
    if lines is None:
        raise DeskFileError(faults)
    faults = [*_unknown_receivers(file, lines), *_tree_faults(file, lines.route, ("route",))]
    if faults:
        faults.sort(key=lambda fault: (fault.line, fault.column))
        raise DeskFileError(faults)
    routes = _routes(lines)
    if failures := _failed_tests(file, lines, routes):
        raise DeskFileError(failures)
    return routes


def _routes(lines: RoutesFile) -> Routes:
    receivers = {
        ReceiverId(name): Receiver(receiver_id=ReceiverId(name), url_env=line.url_env, style=line.style)
        for name, line in lines.receivers.items()
    }
    return Routes(
        zone=lines.zone,
        receivers=receivers,
        owners={owner: receivers[ReceiverId(name)] for owner, name in lines.owners.items()},
        operator=receivers[ReceiverId(lines.operator)] if lines.operator else None,
        root=_route(lines.route, ()),
    )


def _route(line: RouteLine, inherited: tuple[ReceiverId, ...]) -> Route:
    to = inherited if line.to is None else tuple(ReceiverId(name) for name in line.to)
    return Route(match=line.match, to=to, also=line.also, routes=tuple(_route(below, to) for below in line.routes))


def _unknown_receivers(file: DeskFile, lines: RoutesFile) -> Iterator[Fault]:
    for name, loc in _named(file, lines):
        if name not in lines.receivers:
            yield file.fault(loc, f"no receiver `{name}`{suggest(name, lines.receivers)}")


def _named(file: DeskFile, lines: RoutesFile) -> Iterator[tuple[str, Steps]]:
    """Every place that names a receiver."""
    for owner, name in lines.owners.items():
        yield name, ("owners", owner)
    if lines.operator is not None:
        yield lines.operator, ("operator",)
    yield from _named_below(file, lines.route, ("route",))
    for number, test in enumerate(lines.tests):
        for position, name in enumerate(test.expect):
            yield name, ("tests", number, "expect", position)


def _named_below(file: DeskFile, line: RouteLine, loc: Steps) -> Iterator[tuple[str, Steps]]:
    for position, name in enumerate(line.to or ()):
        yield name, (*loc, "to", position) if isinstance(file.at(*loc, "to"), list) else (*loc, "to")
    for number, below in enumerate(line.routes):
        yield from _named_below(file, below, (*loc, "routes", number))


def _tree_faults(file: DeskFile, line: RouteLine, loc: Steps) -> Iterator[Fault]:
    """What the schema cannot say: the root catches all, and every other route something."""
    root = loc == ("route",)
    if root and line.to is None:
        yield file.fault(loc, "`to` is missing: the root catches all that no other route does")
    if root and (line.match or line.also):
        yield file.fault(loc, "the root catches all: `match` and `also` belong to the routes below it")
    if not root and not line.match:
        yield file.fault(loc, "`match` is missing: only the root catches all")
    if not root and line.to is None and not line.routes:
        yield file.fault(loc, "`to` is missing: this route tells nobody")
    for number, below in enumerate(line.routes):
        yield from _tree_faults(file, below, (*loc, "routes", number))


def _failed_tests(file: DeskFile, lines: RoutesFile, routes: Routes) -> list[Fault]:
    faults = []
    for number, test in enumerate(lines.tests):
        labels = {"severity": Severity.NORMAL, **test.labels}
        told = [receiver.receiver_id for receiver in routes.receivers_with(labels)]
        if sorted(told) != sorted(set(test.expect)):
            message = f"test failed: expected {', '.join(test.expect) or 'nobody'}, but {', '.join(told)} would be told"
            faults.append(file.fault(("tests", number, "expect"), message))
    return faults
