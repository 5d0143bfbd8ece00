"""Arabic: what is written together before a word (and, with, to, the) and behind it (plural, possessor)."""

from pipelines.rules.grammar.paradigm import ALONE, Paradigm

ARTICLE = "ال"
BEFORE = ("", "و", "ف", "ب", "ل", "ك", "وب", "ول", "فب", "فل")
"""And, so, with, to, like, and what they make together."""
BEFORE_THE = ("ال", "وال", "فال", "بال", "كال", "وبال", "لل", "ولل", "فلل")
"""The same before the article, whose first letter falls behind ل."""
ENDINGS = f"{ALONE} ا ات ان ين ون ه ها هم نا ي"
FEMININE = "ة ات تان تين ته تها تهم تنا تي"
"""What may stand for a final ة."""
HAMZA = "أإآ"
"""On a first alef it is often left out."""


def paradigm(word: str, *, name: bool) -> Paradigm:  # noqa: ARG001 - Arabic writes names and nouns alike
    """Stems and endings of a folded word, its article taken off."""
    bare = word.removeprefix(ARTICLE) if len(word) > 4 else word
    stem, endings = (bare[:-1], FEMININE) if bare.endswith("ة") else (bare, ENDINGS)
    for before in (*BEFORE, *BEFORE_THE):
        yield before + stem, endings
        if stem and stem[0] in HAMZA:
            yield before + "ا" + stem[1:], endings
