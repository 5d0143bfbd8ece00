"""How a cycle shares out its time.

Seconds in which a step takes new work; what is left over waits for the next run. Deliveries are served twice.
"""

SHARES = {
    "feed_entries": 18,
    "articles": 16,
    "revisits": 6,
    "stories": 5,
    "matches": 4,
    "going live": 8,
    "alerts": 3,
    "digests": 6,
    "deliveries": 10,  # with 5, on a busy machine that needs 3 to load Apprise, alerts waited 105 s for the next run
    "heartbeat": 20,
    "housekeeping": 20,
}
