"""Dagster sensors, one a file."""
