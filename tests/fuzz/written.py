"""What people write, by chance: rules with right keys and wrong values, `when` expressions, searches, and articles."""

import json

from hypothesis import strategies as st

from pipelines.model import Content

WORDS = (
    "Lachin",
    "Лачин",
    "Լաչին",
    "road",
    "army",
    "festival",
    "дорога",
    "laçın",
    "İstanbul",
    "№84",
    "13¾",
    "e-mail",
    "U.S.",
)
TEXTS = st.lists(
    st.sampled_from((*WORDS, ".", ",", "\n", "’", "-", "(", "\u0301", "\u200d", "A.")) | st.text(max_size=3),
    max_size=25,
)
TERMS = (
    st.sampled_from(
        (*WORDS, "arm*", "*", "", "a b c", "{list: x}", "re:(a+)+", "null", "1e3", "~", "=road", "Lachin~2")
    )
    | st.text(max_size=8)
    | st.fixed_dictionaries(
        {},
        optional={
            "list": st.sampled_from(["places.lachin", "places.all", "none"]),
            "term": st.sampled_from(WORDS) | st.text(max_size=4),
            "forms": st.sampled_from(["hy", "ru", "tr", "az", "en", "xx", True]),
            "case": st.sampled_from(["exact", "any", 1]),
            "regex": st.sampled_from(["a|b", "(", "(a+)+$", r"\d{1,9999}", r"\bx\b", "(?i)Ա", ""]),
            "lang": st.text(max_size=3),
            "query": st.text(alphabet='ab ()"~/ANDORNEAR*', max_size=20),
            "any": st.lists(st.sampled_from(WORDS), max_size=2),
        },
    )
)
LISTED = st.lists(TERMS, max_size=4) | st.dictionaries(
    st.sampled_from(["en", "ru", "hy", "xx"]), st.lists(TERMS, max_size=2), max_size=2
)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["1h", "2 d", "en", "a and b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = (
    "any",
    "and_any",
    "unless_any",
    "within_words",
    "same_sentence",
    "in",
    "scope",
    "tests",
    "severity",
    "title",
    "owner",
    "status",
    "was",
    "once_per",
    "limit",
    "volume",
    "min_score",
    "weight",
    "notify",
    "new_group",
    "sources",
    "backfill",
    "expires",
)
GROUPS = ("a", "b", "c")
ATOMS = (
    "a",
    "b",
    "c",
    "1 of a*",
    "title(a)",
    "lead(b)",
    "near(a, b, words=3)",
    "before(a, c, words=1)",
    "same_sentence(a, c)",
    "mentions(a) >= 2",
    "distinct(b) >= 1",
    "score >= 10",
    "all of b*",
    "1 of c*",
)
EXPRESSIONS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: (
        st.tuples(inner, st.sampled_from([" and ", " or ", " AND not ", "\nor not "]), inner).map("".join)
        | inner.map("({})".format)
    ),
    max_leaves=12,
)
PLAIN = st.recursive(
    st.sampled_from(GROUPS),
    lambda inner: st.tuples(inner, st.sampled_from([" and ", " or ", " and not "]), inner).map(
        lambda three: f"({three[0]}){three[1]}({three[2]})"
    ),
    max_leaves=8,
)
"""Expressions of and, or, not and names: what Python's own reading of them can judge."""
SEARCHES = st.lists(
    st.sampled_from(
        (*WORDS, '"', "(", ")", "AND", "OR", "NOT", "-", "NEAR/3", "ONEAR/1", "~4", "title:", "*", "roa*", "&", "|")
    )
    | st.text(max_size=3),
    max_size=14,
).map(" ".join)


@st.composite
def articles(draw: st.DrawFn) -> Content:
    """A text of the words that rules and searches here ask for, and of others."""
    title, lead, body = (" ".join(draw(TEXTS)) for _ in range(3))
    return Content(title=title, lead=lead, body=body, language=draw(st.sampled_from(["en", "hy", "ru", "tr", None])))


@st.composite
def rule_files(draw: st.DrawFn) -> bytes:
    """A rule file whose shape is nearly right: it gets past the schema often enough to be compiled and run."""
    rules = []
    for number in range(draw(st.integers(1, 3))):
        rule: dict[str, object] = {"id": draw(st.sampled_from([f"r{number}", "r0", "", "R 1", "é"]))}
        if draw(st.booleans()):
            rule |= {"any": draw(LISTED)}
        else:
            groups = {
                name: draw(st.fixed_dictionaries({"any": LISTED}, optional={"weight": st.integers(-99, 99)}))
                for name in GROUPS
            }
            rule |= {"terms": groups, "when": draw(EXPRESSIONS | st.text(max_size=12))}
        for key in draw(st.lists(st.sampled_from(KEYS), max_size=3)):
            rule[key] = draw(LISTED | ANYTHING)
        rules.append(rule)
    text = json.dumps(
        {"version": draw(st.sampled_from([1, 1, 1, 2, "1"])), "rules": rules}, ensure_ascii=draw(st.booleans())
    )
    return text.encode("utf-8", "surrogatepass")
