"""Who is told, and what is wrong with a routes.yaml."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.alerts import Bundled
from pipelines.delivery.plan import Gather, Plan, labels_of
from pipelines.delivery.routing import Route, Routes, load_routes
from pipelines.errors import DeskFileError, ReceiverMisconfigured
from pipelines.states import AlertId, MessageStyle, ReceiverId, Severity
from tests.unit.delivery.samples import NOW, rule

ROUTES = """\
version: 1
zone: Asia/Tbilisi
owners: {caucasus-desk: desk-chat}
operator: ops
receivers:
  desk-chat: {url_env: DESK_CHAT_URL}
  desk-mail: {url_env: DESK_MAIL_URL, style: mail}
  duty: {url_env: DUTY_URL, style: short}
  ops: {url_env: OPS_URL}
route:
  to: desk-mail
  routes:
    - {match: {severity: urgent}, to: duty, also: true}
    - match: {region: caucasus}
      to: [desk-chat, desk-mail]
      routes:
        - {match: {topic: sport, severity: low}, to: desk-mail}
        - match: {topic: sport}
          routes: [{match: {league: erovnuli}, to: ops}]
    - {match: {region: caucasus, topic: film}, to: ops}
tests:
  - {labels: {severity: urgent, region: caucasus}, expect: [desk-mail, duty, desk-chat]}
  - {labels: {}, expect: [desk-mail]}
"""


def load(folder: Path, text: str = ROUTES) -> Routes:
    path = folder / "routes.yaml"
    path.write_text(text, encoding="utf-8")
    return load_routes(path)


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(DeskFileError) as caught:
        load(folder, text)
    return [str(fault).removeprefix(f"{folder}/") for fault in caught.value.faults]


def told(routes: Routes, severity: Severity = Severity.NORMAL, **labels: str) -> list[str]:
    rule_of = rule(severity=severity, labels=labels)
    return [plan.receiver for plan in routes.plans(labels_of(rule_of), "event:7", NOW)]


def test_the_first_match_wins_and_the_root_catches_all(tmp_path: Path) -> None:
    routes = load(tmp_path)
    assert told(routes) == ["desk-mail"]
    assert told(routes, region="asia") == ["desk-mail"]
    assert told(routes, region="caucasus") == ["desk-chat", "desk-mail"]
    assert told(routes, region="caucasus", topic="film") == ["desk-chat", "desk-mail"]


def test_also_adds_and_the_search_goes_on(tmp_path: Path) -> None:
    routes = load(tmp_path)
    assert told(routes, Severity.URGENT) == ["duty", "desk-mail"]
    assert told(routes, Severity.URGENT, region="caucasus") == ["duty", "desk-chat", "desk-mail"]


def test_nested_routes_decide_for_themselves_and_inherit_receivers(tmp_path: Path) -> None:
    routes = load(tmp_path)
    assert told(routes, Severity.LOW, region="caucasus", topic="sport") == ["desk-mail"]
    assert told(routes, region="caucasus", topic="sport") == ["desk-chat", "desk-mail"]
    assert told(routes, region="caucasus", topic="sport", league="erovnuli") == ["ops"]


def test_severity_is_the_rules_own_and_compares_equal(tmp_path: Path) -> None:
    routes = load(tmp_path)
    assert told(routes, Severity.HIGH) == ["desk-mail"]
    labels = labels_of(rule(severity=Severity.NORMAL, labels={"severity": "urgent"}))
    assert [plan.receiver for plan in routes.plans(labels, "event:7", NOW)] == ["desk-mail"]


def test_everything_else_the_file_says(tmp_path: Path) -> None:
    routes = load(tmp_path)
    assert routes.zone == "Asia/Tbilisi"
    assert routes.operator == routes.receiver(ReceiverId("ops"))
    assert routes.owners == {"caucasus-desk": routes.receiver(ReceiverId("desk-chat"))}
    assert routes.receiver(ReceiverId("duty")).style is MessageStyle.SHORT
    assert routes.receiver(ReceiverId("desk-mail")).url_env == "DESK_MAIL_URL"
    with pytest.raises(ReceiverMisconfigured, match="gone: no such receiver"):
        routes.receiver(ReceiverId("gone"))


def test_the_least_that_works(tmp_path: Path) -> None:
    routes = load(tmp_path, "version: 1\nreceivers: {desk: {url_env: DESK}}\nroute: {to: desk}\n")
    assert (routes.zone, routes.operator, told(routes)) == ("UTC", None, ["desk"])


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("Asia/Tbilisi", "Asia/Tbilisy", "2:7: error: no time zone `Asia/Tbilisy`; did you mean `Asia/Tbilisi`?"),
        ("zone: Asia/Tbilisi", "zone: ../UTC", "2:7: error: no time zone `../UTC`"),
        ("zone: Asia/Tbilisi", "zone: Europe", "2:7: error: no time zone `Europe`"),
        ("operator: ops", "operator: opps", "4:11: error: no receiver `opps`; did you mean `ops`?"),
        ("desk: desk-chat", "desk: desk-chatt", "3:25: error: no receiver `desk-chatt`; did you mean `desk-chat`?"),
        ("[desk-chat, desk-mail]", "[desk-chat, desk-fax]", "15:23: error: no receiver `desk-fax`"),
        ("{severity: urgent}, to", "{severity: urgnt}, to", "expected severity low, normal, high, urgent, not `urgnt`"),
        ("also: true", "also: yes", "13:51: error: expected true or false, not"),
        ("style: short", "style: shorter", "8:36: error: expected one of chat, mail, short, not `shorter`"),
        ("to: duty,", "too: duty,", "13:35: error: unknown key `too`; did you mean `to`?"),
        ("  to: desk-mail\n", "", "`to` is missing: the root catches all that no other route does"),
        ("  to: desk-mail\n", "  to: desk-mail\n  match: {a: b}\n", "the root catches all: `match` and `also` belong"),
        ("match: {topic: sport}", "also: false", "`match` is missing: only the root catches all"),
        ("erovnuli}, to: ops}", "erovnuli}}", "`to` is missing: this route tells nobody"),
        (
            "expect: [desk-mail]",
            "expect: [ops]",
            "23:26: error: test failed: expected ops, but desk-mail would be told",
        ),
        ("expect: [desk-mail]", "expect: [opps]", "23:27: error: no receiver `opps`; did you mean `ops`?"),
    ],
)
def test_a_fault_has_its_place(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert ROUTES.count(old) >= 1
    found = faults(tmp_path, ROUTES.replace(old, new, 1) if old != "expect: [desk-mail]" else ROUTES.replace(old, new))
    assert [line for line in found if fault in line], found


def test_unknown_receivers_are_told_beside_what_the_schema_refuses(tmp_path: Path) -> None:
    wrong = ROUTES.replace("operator: ops", "operator: opps").replace("style: mail", "style: mial")
    wrong = wrong.replace("to: duty, also: true", "to: dutty, alzo: true").replace("[desk-mail]}", "[desk-fax]}")
    assert [line.partition(": error: ")[2].partition("`;")[0] for line in faults(tmp_path, wrong)] == [
        "no receiver `opps",
        "expected one of chat, mail, short, not `mial",
        "no receiver `dutty",
        "unknown key `alzo",
        "no receiver `desk-fax",
    ]
    assert any("receivers" in line for line in faults(tmp_path, ROUTES.replace("receivers:", "receivers: 5\nx:")))


PACED = """\
version: 1
zone: Asia/Tbilisi
times: {night: {days: [mon-sun], from: "22:00", to: "08:00"}}
receivers:
  desk-chat: {url_env: DESK_CHAT_URL, fallback: desk-mail}
  desk-mail: {url_env: DESK_MAIL_URL, style: mail}
  duty: {url_env: DUTY_URL, style: short}
  nino: {url_env: NINO_URL}
away: {nino: {until: 2027-01-10, to: desk-mail}}
route:
  to: desk-mail
  gather: {wait: 30s, every: 15m}
  routes:
    - match: {severity: urgent}
      to: desk-chat
      gather: {wait: 0s, every: 5m}
      escalate: {unless_acknowledged_in: 10m, to: duty}
    - {match: {region: caucasus}, to: desk-chat, hold_in: night, hold_unless: {severity: high}}
    - {match: {severity: low}, to: desk-mail, digest: "0 8 * * 1-5"}
    - {match: {tag: sport, language: ka}, to: nino}
tests:
  - {labels: {severity: normal, region: caucasus}, at: "03:00", expect: [desk-chat], held_until: "08:00"}
  - {labels: {severity: high, region: caucasus}, at: "03:00", expect: [desk-chat]}
  - {labels: {severity: low}, at: "09:00", expect: [desk-mail], held_until: "08:00"}
"""
NOON = datetime(2026, 11, 24, 8, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, 20, tzinfo=UTC)


def plans(routes: Routes, now: datetime, **labels: str) -> dict[str, Plan]:
    given = {name: frozenset({value}) for name, value in {"severity": "normal", **labels}.items()}
    return {plan.receiver: plan for plan in routes.plans(given, "event:7", now)}


def test_what_a_route_does_not_say_of_its_pace_is_its_parents(tmp_path: Path) -> None:
    routes = load(tmp_path, PACED)
    plan = plans(routes, NOON)["desk-mail"]
    assert (plan.bundle, plan.due_at, plan.gather.wait.seconds, plan.reason) == ("event:7", None, 30, "")
    assert plans(routes, NOON, region="caucasus")["desk-chat"].gather == plan.gather
    assert plans(routes, NOON, severity="urgent")["desk-chat"].gather.every == timedelta(minutes=5)


def test_a_hold_keeps_one_digest_for_the_morning_unless_it_is_let_through(tmp_path: Path) -> None:
    routes = load(tmp_path, PACED)
    first, second = (plans(routes, MIDNIGHT + timedelta(hours=n), region="caucasus")["desk-chat"] for n in (0, 3))
    assert first.bundle == second.bundle
    assert first.due_at == second.due_at == datetime(2026, 11, 25, 4, tzinfo=UTC)
    assert first.reason == "held for night until 08:00"
    assert plans(routes, MIDNIGHT, region="caucasus", severity="high")["desk-chat"].due_at is None


def test_a_digest_waits_for_its_slot(tmp_path: Path) -> None:
    plan = plans(load(tmp_path, PACED), datetime(2026, 11, 27, 5, tzinfo=UTC), severity="low")["desk-mail"]
    assert (plan.due_at, plan.reason) == (datetime(2026, 11, 30, 4, tzinfo=UTC), "in the digest of Monday 08:00")


def test_an_escalation_waits_for_an_acknowledgement(tmp_path: Path) -> None:
    plan = plans(load(tmp_path, PACED), NOON, severity="urgent")["duty"]
    assert (plan.due_at, plan.reason) == (NOON + timedelta(minutes=10), "unless acknowledged by 12:10")
    assert plan.bundle != "event:7"


def test_who_is_away_is_told_on_return_and_another_meanwhile(tmp_path: Path) -> None:
    routes = load(tmp_path, PACED)
    told = plans(routes, NOON, tag="sport", language="ka")
    assert told["desk-mail"].due_at is None
    assert told["nino"].due_at == datetime(2027, 1, 10, 4, tzinfo=UTC)
    assert "desk-mail is told meanwhile" in told["nino"].reason
    back = plans(routes, datetime(2027, 1, 9, 20, tzinfo=UTC), tag="sport", language="ka")
    assert (list(back), back["nino"].due_at) == (["nino"], None)


def test_gathering_waits_then_gives_one_update_each_interval() -> None:
    gather, minute = Gather(wait=timedelta(seconds=30), every=timedelta(minutes=15)), timedelta(minutes=1)
    assert gather.due(Bundled(), NOON, urgent=False) == NOON + timedelta(seconds=30)
    assert gather.due(Bundled(next_due_at=NOON + minute / 6), NOON, urgent=False) == NOON + minute / 6
    sent = Bundled(last_alert=AlertId(1), last_sent_at=NOON - 5 * minute)
    assert gather.due(sent, NOON, urgent=False) == NOON + 10 * minute
    assert gather.due(sent, NOON, urgent=True) == NOON
    long_ago = Bundled(last_alert=AlertId(1), last_sent_at=NOON - 60 * minute)
    assert gather.due(long_ago, NOON, urgent=False) == NOON + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("hold_in: night", "hold_in: nigth", "error: no time `nigth` under `times`; did you mean `night`?"),
        ('from: "22:00"', 'from: "25:00"', "error: expected a time of day such as 22:00, not `25:00`"),
        ("[mon-sun]", "[mon-son]", "error: expected days such as mon, or a range such as mon-fri, not `mon-son`"),
        ('"0 8 * * 1-5"', '"8 o\'clock"', "error: expected a cron expression such as 0 8 * * 1-5"),
        ("fallback: desk-mail", "fallback: desk-chat", "5:49: error: a receiver cannot stand in for itself"),
        ("to: duty}", "to: dutty}", "error: no receiver `dutty`; did you mean `duty`?"),
        ("until: 2027-01-10", "until: soon", "error: expected a day such as 2027-03-01, not `soon`"),
        (
            'held_until: "08:00"}\n  - {labels: {severity: high',
            'held_until: "09:00"}\n  - {labels: {severity: high',
            "held",
        ),
        ("{wait: 30s", "{wait: 30", "error: expected a duration such as 30s, 5m, 48h or 14d, not `30`"),
    ],
)
def test_a_fault_of_the_pace_has_its_place(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert PACED.count(old) == 1
    found = faults(tmp_path, PACED.replace(old, new))
    assert [line for line in found if fault in line], found


def test_an_address_in_place_of_a_name_is_not_repeated(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, ROUTES.replace("DUTY_URL", '"slack://TOKEN/SECRET"'))
    assert "8:19: error: expected the NAME of the variable" in fault
    assert "SECRET" not in fault


def test_a_flaw_in_reading_hides_no_other_fault(tmp_path: Path) -> None:
    twice = ROUTES.replace("zone: ", "zonee: UTC\nzone: UTC\nzone: ", 1)
    assert [fault.partition("error: ")[2].partition(";")[0] for fault in faults(tmp_path, twice)] == [
        "unknown key `zonee`",
        "`zone` is there twice",
    ]


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DeskFileError, match="cannot read"):
        load_routes(tmp_path / "routes.yaml")


LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"), max_size=3)
NAMES = st.lists(st.sampled_from(["p", "q", "r"]).map(ReceiverId), min_size=1, max_size=2).map(tuple)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Route:
    below = draw(st.lists(trees(depth=depth - 1), max_size=3)) if depth else []
    return Route(match=draw(LABELS), to=draw(NAMES), also=draw(st.booleans()), routes=tuple(below))


@given(root=trees(), labels=LABELS)
def test_everyone_reaches_somebody_and_a_route_without_also_ends_the_search(
    root: Route, labels: dict[str, str]
) -> None:
    given_labels = {name: frozenset({value}) for name, value in labels.items()}
    found = [name for name, _ in root.reached(given_labels)]
    assert found
    winner = next(
        (
            number
            for number, route in enumerate(root.routes)
            if not route.also and route.match.items() <= labels.items()
        ),
        None,
    )
    if winner is not None:
        shorter = Route(match=root.match, to=root.to, routes=root.routes[: winner + 1])
        assert found == [name for name, _ in shorter.reached(given_labels)]
    else:
        assert tuple(found[len(found) - len(root.to) :]) == root.to
