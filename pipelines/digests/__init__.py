"""Digests and briefings: when each is due, what it tells, and the records of both."""
