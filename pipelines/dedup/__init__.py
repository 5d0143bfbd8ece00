"""Grouping: from article to story; pure."""
