"""Who is told, and when: the desk's receivers and routing tree, from routes.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.alerts import ESCALATION, Heartbeat, Receiver
from pipelines.delivery.calendar import NamedTime, moment
from pipelines.delivery.plan import (
    Away,
    Escalation,
    Gather,
    Hold,
    Labels,
    Pace,
    Plan,
    escalated,
    matches,
    on_return,
    plan,
)
from pipelines.delivery.route_faults import routes_faults, unknown_receivers
from pipelines.delivery.routes_schema import RouteLine, RoutesFile
from pipelines.desk_files import reading as desk_files
from pipelines.desk_files.reading import DeskFile, Fault
from pipelines.errors import DeskFileError, ReceiverMisconfigured
from pipelines.states import ReceiverId


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A node of the routing tree; what it does not say itself is its parent's."""

    match: Mapping[str, str]
    to: tuple[ReceiverId, ...]
    also: bool = False
    pace: Pace = field(default_factory=Pace)
    routes: tuple["Route", ...] = ()

    def reached(self, labels: Labels) -> Iterator[tuple[ReceiverId, Pace]]:
        """Whom an alert that has come to this node reaches and at which pace, perhaps more than once.

        The first matching route below wins, and where none does this node's `to`. A route with `also` wins nothing:
        its receivers are told besides, and the search goes on.
        """
        for route in self.routes:
            if matches(route.match, labels):
                yield from route.reached(labels)
                if not route.also:
                    return
        yield from ((receiver, self.pace) for receiver in self.to)


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
    away: Mapping[ReceiverId, Away] = field(default_factory=dict)
    """Whose alerts another one reads for a while."""
    heartbeat: Heartbeat | None = None
    """Who outside hears that all is well, as long as it is."""

    def plans(self, labels: Labels, event: str, now: datetime) -> tuple[Plan, ...]:
        """The deliveries of an alert, one a receiver, in the order of the routes; at least one."""
        zone = ZoneInfo(self.zone)
        found: dict[ReceiverId, Plan] = {}
        for name, pace in self.root.reached(labels):
            reader = self._present(name, now, zone)
            found.setdefault(reader, plan(reader, pace, labels, event, now, zone))
            if reader != name:
                found.setdefault(name, on_return(name, self.away[name], zone))
            if pace.escalation:
                found.setdefault(pace.escalation.to, escalated(pace.escalation, event, now, zone))
        return tuple(found.values())

    def receiver(self, receiver_id: ReceiverId) -> Receiver:
        """The receiver of that name; ReceiverMisconfigured where deliveries wait for one that is gone."""
        if receiver_id not in self.receivers:
            raise ReceiverMisconfigured(f"{receiver_id}: no such receiver in routes.yaml any more")
        return self.receivers[receiver_id]

    def _present(self, name: ReceiverId, now: datetime, zone: ZoneInfo) -> ReceiverId:
        """Who reads for `name` today: itself, or whoever stands in, themselves perhaps away."""
        passed = {name}
        while (away := self.away.get(name)) and now.astimezone(zone).date() < away.until and away.to not in passed:
            name = away.to
            passed.add(name)
        return name


def load_routes(path: Path) -> Routes:
    """The routes of the file at `path`, its inline tests passed; raises DeskFileError with every fault found."""
    file = desk_files.parse_parts(path, desk_files.raw_of(path))
    lines, faults = file.check(RoutesFile)
    if lines is None or file.flaws:
        raise DeskFileError(_in_order([*file.flaws_in(), *faults, *unknown_receivers(file)]))
    if faults := list(routes_faults(file, lines)):
        raise DeskFileError(_in_order(faults))
    routes = _routes(lines)
    if failures := _failed_tests(file, lines, routes):
        raise DeskFileError(failures)
    return routes


def zone_of(desk: Path) -> str:
    """The desk's zone; UTC while its routes.yaml has a fault, which is for others to tell."""
    try:
        return load_routes(desk / "routes.yaml").zone
    except DeskFileError:
        return "UTC"


def _in_order(faults: list[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.line, fault.column))


def _routes(lines: RoutesFile) -> Routes:
    receivers = {
        ReceiverId(name): Receiver(
            receiver_id=ReceiverId(name),
            url_env=line.url_env,
            style=line.style,
            fallback=ReceiverId(line.fallback) if line.fallback else None,
            morning=line.morning,
            weekly=line.weekly,
        )
        for name, line in lines.receivers.items()
    }
    times = {
        name: NamedTime(name=name, days=line.days, begins=line.from_, ends=line.to)
        for name, line in lines.times.items()
    }
    return Routes(
        zone=lines.zone,
        receivers=receivers,
        owners={owner: receivers[ReceiverId(name)] for owner, name in lines.owners.items()},
        operator=receivers[ReceiverId(lines.operator)] if lines.operator else None,
        heartbeat=Heartbeat(url_env=lines.heartbeat.url_env, every=lines.heartbeat.every) if lines.heartbeat else None,
        away={ReceiverId(name): Away(until=line.until, to=ReceiverId(line.to)) for name, line in lines.away.items()},
        root=_route(lines.route, (), Pace(), times),
    )


def _route(line: RouteLine, inherited: tuple[ReceiverId, ...], above: Pace, times: Mapping[str, NamedTime]) -> Route:
    to = inherited if line.to is None else tuple(ReceiverId(name) for name in line.to)
    pace = _pace(line, above, times)
    below = tuple(_route(each, to, pace, times) for each in line.routes)
    return Route(match=line.match, to=to, also=line.also, pace=pace, routes=below)


def _pace(line: RouteLine, above: Pace, times: Mapping[str, NamedTime]) -> Pace:
    """The pace of a route: its parent's, with what the line itself says; a key without a value takes it back."""
    said = line.model_fields_set
    hold, escalate = above.hold, line.escalate
    if "hold_in" in said:
        hold = Hold(during=times[line.hold_in], unless=line.hold_unless) if line.hold_in else None
    elif hold and "hold_unless" in said:
        hold = Hold(during=hold.during, unless=line.hold_unless)
    escalation = above.escalation
    if "escalate" in said:
        escalation = Escalation(to=ReceiverId(escalate.to), after=escalate.unless_acknowledged_in) if escalate else None
    return Pace(
        gather=Gather(wait=line.gather.wait, every=line.gather.every) if line.gather else above.gather,
        hold=hold,
        digest=line.digest if "digest" in said else above.digest,
        escalation=escalation,
    )


def _failed_tests(file: DeskFile, lines: RoutesFile, routes: Routes) -> list[Fault]:
    """What inline tests give other than they expect; without `at`, holds and absences count for nothing."""
    faults = []
    zone, routes = ZoneInfo(lines.zone), replace(routes, away={})
    for number, test in enumerate(lines.tests):
        now = moment(_TEST_DAY, test.at or time(12), zone)
        labels = {name: frozenset({value}) for name, value in {"severity": "normal", **test.labels}.items()}
        plans = [plan for plan in routes.plans(labels, "event", now) if not plan.bundle.startswith(ESCALATION)]
        told = [plan.receiver for plan in plans]
        if sorted(told) != sorted(set(test.expect)):
            message = f"test failed: expected {', '.join(test.expect) or 'nobody'}, but {', '.join(told)} would be told"
            faults.append(file.fault(("tests", number, "expect"), message))
        held = {f"{plan.due_at.astimezone(zone):%H:%M}" for plan in plans if plan.due_at}
        wanted = {f"{test.held_until:%H:%M}"} if test.held_until else set()
        if test.at and held != wanted:
            message = f"test failed: expected held until {_or_not(wanted)}, but it is {_or_not(held)}"
            faults.append(file.fault(("tests", number), message))
    return faults


def _or_not(times: set[str]) -> str:
    return ", ".join(sorted(times)) or "not held"


_TEST_DAY = date(2026, 1, 7)
"""A Wednesday in winter, so that a test gives the same every day."""
