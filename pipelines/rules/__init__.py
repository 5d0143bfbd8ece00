"""Matching: rule files read, checked and run over articles; pure."""
