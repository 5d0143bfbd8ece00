"""Endings of names and nouns, one language a file."""
