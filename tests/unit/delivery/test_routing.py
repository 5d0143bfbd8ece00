"""Who is told, and what is wrong with a routes.yaml."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.delivery.routing import Route, Routes, load_routes
from pipelines.errors import DeskFileError, ReceiverMisconfigured
from pipelines.states import MessageStyle, ReceiverId, Severity
from tests.unit.delivery.samples import rule

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
    return [receiver.receiver_id for receiver in routes.receivers_for(rule(severity=severity, labels=labels))]


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
    labelled = rule(severity=Severity.NORMAL, labels={"severity": "urgent"})
    assert [receiver.receiver_id for receiver in routes.receivers_for(labelled)] == ["desk-mail"]


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


@pytest.mark.parametrize(
    ("old", "key"),
    [
        ("route:\n", "  gather: {wait: 30s}"),
        ("route:\n", "  hold_in: night"),
        ("route:\n", "  hold_unless: {severity: urgent}"),
        ("route:\n", '  digest: "0 8 * * 1-5"'),
        ("route:\n", "  escalate: {unless_acknowledged_in: 10m, to: duty}"),
        ("version: 1\n", "times: {}"),
        ("version: 1\n", "away: {}"),
    ],
)
def test_what_this_version_would_ignore_is_refused(tmp_path: Path, old: str, key: str) -> None:
    name = key.strip().partition(":")[0]
    [fault] = faults(tmp_path, ROUTES.replace(old, f"{old}{key}\n"))
    assert fault.endswith(f"error: `{name}` is not acted on by this version of Wirewatch: take it out")


def test_held_tests_and_fallbacks_are_refused_too(tmp_path: Path) -> None:
    text = ROUTES.replace("style: short", "style: short, fallback: ops").replace(
        "{labels: {},", '{labels: {}, at: "03:00",'
    )
    assert [fault.partition("error: ")[2].partition(" is")[0] for fault in faults(tmp_path, text)] == [
        "`fallback`",
        "`at`",
    ]


def test_an_address_in_place_of_a_name_is_not_repeated(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, ROUTES.replace("DUTY_URL", '"slack://TOKEN/SECRET"'))
    assert "8:19: error: expected the NAME of the variable" in fault
    assert "SECRET" not in fault


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
    found = list(root.receivers(labels))
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
        assert found == list(shorter.receivers(labels))
    else:
        assert tuple(found[len(found) - len(root.to) :]) == root.to
