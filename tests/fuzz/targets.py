"""The targets: each a function that takes what was drawn, and fails where the boundary does not hold."""

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from pipelines.delivery.preview import FORMATS, shown
from pipelines.delivery.samples import Sample
from pipelines.errors import NotAFeed, SearchRefused
from pipelines.ingest.parsed_feed import MAX_ENTRIES
from pipelines.ingest.plain_text import MAX_TITLE
from pipelines.ingest.sources import parse
from pipelines.ingest.urls import MAX_LENGTH
from pipelines.model import Content
from pipelines.protocols import Response
from pipelines.rules.expression import parse as parse_when
from pipelines.rules.loader import load_rules
from pipelines.rules.matcher import Matcher
from pipelines.search.finding import FIELDS, hits_in
from pipelines.search.query import read_search
from pipelines.search.sought import LONGEST_WORD, All, Condition, Piece, Some, condition
from pipelines.states import SourceKind
from pipelines.text import words
from tests.fuzz.documents import TYPES, bodies
from tests.fuzz.written import EXPRESSIONS, GROUPS, PLAIN, SEARCHES, articles, rule_files
from tests.unit.delivery.samples import NOW
from tests.unit.delivery.test_message import details
from tests.unit.rules.authoring import LISTS, load

AS_WRITTEN = frozenset({"discord", "mattermost", "plain", "slack", "sms"})
"""Services that count a post's letters as they are sent, marks included."""
UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def feeds(body: bytes, kind: SourceKind, content_type: str | None) -> None:
    """Any answer is read into clean entries or is no feed; read again, it is the same, and nothing in it is new."""
    answer = Response(url="https://a.example/feed", status=200, body=body, content_type=content_type)
    try:
        feed = parse(kind, answer)
    except NotAFeed as error:
        _one_line(error)
        return
    assert len(feed.entries) <= MAX_ENTRIES
    for entry in feed.entries:
        assert entry.entry_id
        assert len(entry.title) <= MAX_TITLE
        assert not UNFIT.search(entry.title + entry.summary + entry.body + (entry.guid or "") + "".join(entry.authors))
        for address in filter(None, (entry.url, entry.link)):
            assert re.match("https?://", address)
            assert len(address) <= MAX_LENGTH
            assert not UNFIT.search(address)
    assert parse(kind, answer) == feed


def rules(raw: bytes, content: Content) -> None:
    """Any rule file loads or names its faults at their places; what loads judges any text by evidence that is there."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "rules.yaml").write_bytes(raw)
        (folder / "lists.yaml").write_text(LISTS, encoding="utf-8")
        rule_set = load_rules(folder)
    lines = raw.count(b"\n") + 1
    for fault in rule_set.faults:
        assert fault.message.strip()
        if fault.path.name == "rules.yaml":
            assert 1 <= fault.line <= lines
            assert fault.column >= 1
    for judgement in Matcher(rule_set.rules).judge(content, None):
        for hit in judgement.hits:
            if hit.field in FIELDS:
                text = dict(zip(FIELDS, (content.title, content.lead, content.body), strict=True))[hit.field]
                assert text[hit.start : hit.end] == hit.text


def expressions(text: str, at: int, put: str) -> None:
    """A right expression is read; a broken one is read or refused at a place in it."""
    names = dict.fromkeys(GROUPS, 10)
    clause, wrong = parse_when(text, names)
    assert clause is not None, wrong
    broken = text[: at % (len(text) + 1)] + put + text[at % (len(text) + 1) + len(put) :]
    clause, wrong = parse_when(broken, names)
    assert (clause is None) == bool(wrong)
    assert all(0 <= offset <= len(broken) and message.strip() for offset, message in wrong)


def decisions(text: str, there: frozenset[str]) -> None:
    """Where the words alone decide, a rule says of a text what Python says of the same expression."""
    terms = ", ".join(f"{name}: {{any: [word{name}]}}" for name in GROUPS)
    with tempfile.TemporaryDirectory() as folder:
        rule_set = load(Path(folder), f'version: 1\nrules:\n  - {{id: r, terms: {{{terms}}}, when: "{text}"}}\n')
    if not rule_set.rules:  # refused: it can never match, or always does
        assert rule_set.faults
        return
    content = Content(title=" ".join(f"word{name}" for name in sorted(there)) or "nothing")
    expected = eval(text, {"__builtins__": {}}, {name: name in there for name in GROUPS})
    assert bool(Matcher(rule_set.rules).judge(content, None)) == bool(expected)


def messages(alerts: list[Any]) -> None:
    """Whatever an article says, each service's posts are within its limits, and nothing in them is live."""
    for service, (_, dialect) in FORMATS.items():
        told = shown(service, Sample(details=tuple(alerts)), zone="Asia/Yerevan", now=NOW)
        assert told.posts
        for post in told.posts:
            (post.title + post.text).encode()
            assert not re.search("[\ue000-\ue004\x00-\x08\x0b-\x1f\x7f]", post.title + post.text), service
            assert "\n" not in post.title
            if service in AS_WRITTEN:
                assert len(post.text.encode("utf-16-le")) <= 2 * dialect.limit, service
        assert "<script" not in (told.html or "")


def searches(text: str, content: Content) -> None:
    """Any search is read or refused in one line; the index never hides a text that answers."""
    try:
        sought = read_search(text)
    except SearchRefused as error:
        _one_line(error)
        return
    hits, wanted = hits_in(sought, content), condition(sought)
    if hits is None or wanted is None:
        return
    parts = dict(zip(FIELDS, (content.title, content.lead, content.body), strict=True))
    assert all(parts[hit.field][hit.start : hit.end] == hit.text for hit in hits)
    held = {word for part in parts.values() for word in words(part).line.decode("utf-8", "surrogatepass").split()}
    assert _holds(wanted, {word[:LONGEST_WORD] for word in held})


def _one_line(error: Exception) -> None:
    """A refusal is told in one line."""
    assert str(error).strip()
    assert "\n" not in str(error)


def _holds(wanted: Condition, held: set[str]) -> bool:
    """Whether a text of these words is one that the index would name."""
    match wanted:
        case Piece(word=word, open=True):
            return any(one.startswith(word) for one in held)
        case Piece(word=word):
            return word in held
        case All(parts=parts, without=without):
            return all(_holds(part, held) for part in parts) and not any(_holds(part, held) for part in without)
        case Some(parts=parts):
            return any(_holds(part, held) for part in parts)


@dataclass(frozen=True, slots=True)
class Target:
    """What is drawn, and the function that it is given to."""

    drawn: Mapping[str, st.SearchStrategy[Any]]
    check: Callable[..., None]
    share: float = 1.0
    """Of the examples of a round, where one takes long."""

    def run(self, examples: int, number: int) -> None:
        """Try so many examples of a seed; what fails is shown at its smallest."""
        given_to = given(**self.drawn)(self.check)
        bounds = settings(
            max_examples=max(round(examples * self.share), 1),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        seed(number)(bounds(given_to))()


KINDS = st.sampled_from([SourceKind.AUTO, SourceKind.AUTO, SourceKind.FEED, SourceKind.SITEMAP, SourceKind.TELEGRAM])
BROKEN = st.text(max_size=3) | st.sampled_from(["(", ")", "not ", ">=", "words=", "of", "*", "d", "9999999", "\n"])
TARGETS: Mapping[str, Target] = {
    "feeds": Target({"body": bodies(), "kind": KINDS, "content_type": st.sampled_from(TYPES)}, feeds),
    "rules": Target({"raw": rule_files(), "content": articles()}, rules),
    "expressions": Target({"text": EXPRESSIONS, "at": st.integers(0, 200), "put": BROKEN}, expressions),
    "decisions": Target({"text": PLAIN, "there": st.frozensets(st.sampled_from(GROUPS))}, decisions),
    "messages": Target({"alerts": st.lists(details(), min_size=1, max_size=4)}, messages, share=0.2),
    "searches": Target({"text": SEARCHES, "content": articles()}, searches),
}
