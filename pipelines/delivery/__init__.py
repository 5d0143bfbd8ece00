"""Alerting: what is told, to whom, how it looks, and its sending."""
