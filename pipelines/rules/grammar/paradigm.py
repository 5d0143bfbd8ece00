"""What a language's file gives: stems of a word with the endings that each may take."""

from collections.abc import Iterator

ALONE = "-"
"""Stands among endings where the stem alone is a form."""

Paradigm = Iterator[tuple[str, str]]
"""Stems with their endings, a space between two; the word itself goes without saying."""
