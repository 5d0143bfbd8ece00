"""Which silence covers an alert that would be made; pure.

A silence names a `rule`, an `outlet`, a `story`; any other name in its selector is a label, `severity` among them. All
that it names must hold.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pipelines.alerts import Silence
from pipelines.model import Match, Rule

Facts = Mapping[str, str]
"""What a selector is compared with."""


def facts_of(match: Match) -> Facts:
    """What silences may name of a match."""
    here = {"outlet": str(match.revision.article.outlet.outlet_id), "story": str(match.story_id)}
    return {**facts_of_rule(match.judgement.rule), **here}


def facts_of_rule(rule: Rule) -> Facts:
    """What silences may name of a rule; no label takes the place of its severity or id."""
    return {**rule.labels, "severity": rule.severity.value, "rule": str(rule.rule_id)}


def covering(silences: Iterable[Silence], facts: Facts, now: datetime) -> Silence | None:
    """The silence that ends last among those that cover `facts` at `now`; one that names nothing covers nothing."""
    found = [
        one for one in silences if one.selector and one.starts_at <= now < one.until and _holds(one.selector, facts)
    ]
    return max(found, key=lambda one: (one.until, one.silence_id), default=None)


def named(silence: Silence) -> str:
    """Whose silence it is, and of what."""
    what = ", ".join(f"{name}={value}" for name, value in sorted(silence.selector.items()))
    return f"silence S{silence.silence_id} of {silence.who} ({what})"


def in_words(silence: Silence) -> str:
    """Whose silence it is, for how long, and why."""
    return f"{named(silence)} until {silence.until:%Y-%m-%d %H:%M} UTC: {silence.why}"


def _holds(selector: Mapping[str, str], facts: Facts) -> bool:
    return all(facts.get(name) == value for name, value in selector.items())
