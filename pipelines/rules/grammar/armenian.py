"""Armenian: one set of cases with their articles, and what the end of a word does before them."""

from pipelines.rules.grammar.paradigm import ALONE, Paradigm

CASES = "ը ն ի ին ինն ից ով ում"
"""Article, genitive, dative, ablative, instrumental, locative."""
PERSONS = "ս դ իս իդ"
"""My and your: in speech, and of nouns."""
GLIDING = "յի յին յինն յից յով յում"
VOWELS = "աեէըիոօ"


def paradigm(word: str, *, name: bool) -> Paradigm:
    """Stems and endings of a folded word."""
    cases = CASES if name else f"{CASES} {PERSONS}"
    yield word, cases
    yield word + "եր", f"{ALONE} {cases}"
    yield word + "ներ", f"{ALONE} {cases}"
    if word.endswith("ություն"):  # հանրապետություն, հանրապետության
        yield word[:-3], "ան անը անն ամբ"
    elif word.endswith("ում"):  # շարժում, շարժման
        yield word[:-3], "ման մանը մանն մամբ"
    elif word.endswith("ու"):  # Բաքու, Բաքվում
        yield word[:-2], "վի վին վից վով վում"
        yield word, GLIDING
    elif word.endswith("ի"):  # Գյումրի, Գյումրու
        yield word[:-1], "ու ուն ունն ուց ով"
    elif word[-1] in VOWELS:
        yield word, GLIDING
    else:
        yield from _reduced(word, cases)


def _reduced(word: str, cases: str) -> Paradigm:
    """The last ի or ու falls before an ending: Դավիթ, Դավթի; երկիր, երկրում, երկրներ; it is kept as often."""
    for vowel in ("ու", "ի"):
        if len(word) > 1 + len(vowel) and word[:-1].endswith(vowel):
            stem = word[: -1 - len(vowel)] + word[-1]
            yield stem, "ի ին ինն ից ով ում"
            yield stem + "եր", f"{ALONE} {cases}"
            yield stem + "ներ", f"{ALONE} {cases}"
