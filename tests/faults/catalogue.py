"""The fault catalogue: each case by its number in the design, what must come of it, and the tests that try it.

`make faults` runs them and prints the table; a case without a test that ran is a failure. A test is named as pytest
names it, with a part in square brackets for those of its cases that begin so.
"""

from dataclasses import dataclass

SERVERS, FEEDS, PAGES = "faults/test_hostile_servers.py", "faults/test_hostile_feeds.py", "faults/test_hostile_pages.py"
BROKEN, ADDRESSES = "faults/test_broken_pages.py", "faults/test_addresses.py"
NOTIFIER, DIALECTS, DAGSTER = "edge/test_notifier.py", "edge/test_dialects.py", "edge/test_dagster.py"
DELIVERING, DATABASE, SCHEMA = "storage/test_delivering.py", "storage/test_database.py", "storage/test_schema.py"
CYCLE, CHAOS, CRASH = "end_to_end/test_cycle.py", "end_to_end/test_chaos.py", "end_to_end/test_crash.py"
BACKUP = "edge/test_cli_backup.py::test_a_backup_brings_back"
RESTART, SUPPLY = "end_to_end/test_restart.py", "supply/test_supply.py"
BAD, LIVE, MESSAGE = "unit/rules/test_bad_files.py", "storage/test_live_rules.py", "unit/delivery/test_message.py"
EACH_FEED, EACH_PAGE = f"{FEEDS}::test_each_ends_as_it_must", f"{PAGES}::test_the_text_is_found_or_it_is_said_why_not"
BAD_FILE = f"{BAD}::test_a_bad_file_says_what_is_wrong_and_where"


@dataclass(frozen=True, slots=True)
class Fault:
    """One case."""

    case: str
    expected: str
    tests: tuple[str, ...]


def _fault(case: str, expected: str, *tests: str) -> Fault:
    return Fault(case, expected, tests)


CATALOGUE: dict[int, Fault] = {
    1: _fault("killed between send and record", "sent again, at most one repeat", f"{CHAOS}::test_every_alert_arrives"),
    2: _fault("killed before send", "sent on restart; a mutant that marks first is caught", f"{CRASH}::", f"{CHAOS}::"),
    3: _fault("two receivers, one answers 500", "one once, the other again", f"{CYCLE}::test_a_deaf_receiver"),
    4: _fault("webhook redirects to a login page", "not sent", f"{NOTIFIER}::test_a_redirect_to_a_login_page"),
    5: _fault("429 with Retry-After", "waits as asked", f"{NOTIFIER}::test_a_wait_that_the_header_asks_for"),
    6: _fault("webhook drips a byte a second", "left at the limit", f"{NOTIFIER}::test_a_dripping_server"),
    7: _fault("no such receiver", "an error that names it", f"{NOTIFIER}::test_an_unset_variable_is_named"),
    8: _fault("empty title and body", "never built", f"{MESSAGE}::test_every_message_is_bounded_and_inert"),
    9: _fault("message over the service's limit", "split, links whole", f"{DIALECTS}::test_of_a_hundred_alerts"),
    10: _fault(
        "receiver down for 25 hours", "dead, seen, told to the fallback", f"{DELIVERING}::test_messages_that_were"
    ),
    11: _fault("off for two days", "one late message, no flood", f"{DELIVERING}::test_after_two_days_off"),
    12: _fault("200 with HTML, or empty", "the feed fails and is told", f"{EACH_FEED}[12"),
    13: _fault(
        "a feed falls silent", "told once, and when it is over", "edge/test_feed_health.py::test_a_feed_that_falls"
    ),
    14: _fault("the monitor stops", "the outside rings", "end_to_end/test_heartbeat.py::test_work_that_waits_too_long"),
    15: _fault("brotli bomb of 809 bytes", "refused unopened", f"{SERVERS}::test_a_brotli_bomb"),
    16: _fault("gzip bomb, 300 kB to 300 MB", "cut at 10 MiB", f"{SERVERS}::test_a_gzip_bomb"),
    17: _fault(
        "gzip in gzip", "refused", f"{SERVERS}::test_two_layers", f"{SERVERS}::test_a_second_layer", f"{EACH_FEED}[17"
    ),
    18: _fault("an address where a feed should be", "never fetched or opened", f"{EACH_FEED}[18"),
    19: _fault("endless body", "cut by size", f"{SERVERS}::test_an_endless_body", f"{SERVERS}::test_endless_chunks"),
    20: _fault("body or headers that drip", "cut by the clock", f"{SERVERS}::test_what_drips"),
    21: _fault("no answer", "cut by the clock", f"{SERVERS}::test_silence"),
    22: _fault(
        "5 MB header, endless headers", "an error", f"{SERVERS}::test_headers_are", f"{SERVERS}::test_endless_headers"
    ),
    23: _fault("short body, reset", "an error, nothing parsed", f"{SERVERS}::test_a_short", f"{SERVERS}::test_a_reset"),
    24: _fault("redirect loop", "ends after five", f"{SERVERS}::test_a_redirect_loop"),
    25: _fault("redirect to file:, data:", "refused", f"{SERVERS}::test_a_redirect_to_another_scheme"),
    26: _fault("spellings of loopback", "none is contacted", f"{ADDRESSES}::test_no_spelling"),
    27: _fault("redirect to a private address", "refused at the hop", f"{SERVERS}::test_a_redirect_to_an_inner"),
    28: _fault("literals that need no look-up", "refused by the socket's guard", f"{ADDRESSES}::test_no_spelling"),
    29: _fault("DNS rebinding", "judged by what is connected to", f"{ADDRESSES}::test_a_name_that_changes"),
    30: _fault("reserved addresses that look global", "refused", f"{ADDRESSES}::test_no_reserved"),
    31: _fault("billion laughs", "bounded", f"{EACH_FEED}[31"),
    32: _fault("quadratic entity", "bounded", f"{EACH_FEED}[32"),
    33: _fault("outer entity (XXE)", "never read", f"{EACH_FEED}[33", f"{EACH_PAGE}[33"),
    34: _fault("an author that hangs feedparser", "read by other means, or cut", f"{EACH_FEED}[34"),
    35: _fault("short paragraphs that hang jusText", "read in time", f"{EACH_PAGE}[35"),
    36: _fault(
        "260 and 100,000 nested tags", "text, or `nested too deeply`", f"{EACH_PAGE}[36", f"{BROKEN}::test_the_art"
    ),
    37: _fault("a text over 10 MB", "cut, and said", f"{EACH_FEED}[37", f"{EACH_PAGE}[37"),
    38: _fault("100,000 entries", "capped", f"{EACH_FEED}[38"),
    39: _fault("a title of a megabyte", "cut to 500", f"{EACH_FEED}[39", f"{BROKEN}::test_39"),
    40: _fault("100,000 levels, 200,000 open tags", "bounded", f"{EACH_FEED}[40", f"{EACH_PAGE}[40"),
    41: _fault("100,000 breaks, 40,000 blocks", "bounded", f"{EACH_PAGE}[41", f"{BROKEN}::test_36_41"),
    42: _fault("a megabyte of digits, 50,000 times", "bounded", f"{EACH_PAGE}[42", f"{BROKEN}::test_42_43"),
    43: _fault("dates that are none", "the time of the fetch, and said", f"{EACH_FEED}[43", f"{BROKEN}::test_42_43"),
    44: _fault("a date without a zone", "taken for UTC, and said", f"{EACH_FEED}[44"),
    45: _fault("a date in the future", "the time of the fetch", f"{EACH_FEED}[45"),
    46: _fault("guids repeated or changing", "no repeat, no loss", f"{EACH_FEED}[46", f"{FEEDS}::test_guids"),
    47: _fault("relative links", "of the final address", f"{EACH_FEED}[47", f"{FEEDS}::test_links"),
    48: _fault("javascript: link", "dropped, text kept", f"{EACH_FEED}[48"),
    49: _fault("markup in a title", "plain text", f"{EACH_FEED}[49", f"{BROKEN}::test_49_50"),
    50: _fault(
        "NUL, control characters, ESC", "stripped", f"{EACH_FEED}[50", f"{BROKEN}::test_49_50", f"{EACH_PAGE}[50"
    ),
    51: _fault("wrong charset", "best guess, and said", f"{EACH_FEED}[51", f"{EACH_PAGE}[51", f"{BROKEN}::test_51"),
    52: _fault("a feed cut off", "entries kept, and said", f"{EACH_FEED}[52"),
    53: _fault("a pattern that hangs `re`", "linear time", "unit/rules/test_terms.py::test_a_pattern_takes_time_as"),
    54: _fault("what RE2 lacks", "refused with the place", f"{BAD_FILE}[re"),
    55: _fault("NFD, NBSP, soft hyphen, capitals", "one form", "unit/test_text.py::test_words_are_split_and_folded"),
    56: _fault(
        "a pattern that matches everything", "refused", f"{BAD_FILE}[pattern-of-anything", f"{BAD_FILE}[matches"
    ),
    57: _fault("duplicate keys", "an error", f"{BAD_FILE}[duplicate-key"),
    58: _fault("Norway and friends", "an error, or text as written", f"{BAD_FILE}[norway", f"{BAD_FILE}[sexagesimal"),
    59: _fault("unknown key", "an error with a suggestion", f"{BAD_FILE}[unknown-key"),
    60: _fault(
        "alias bomb, merge bomb, depth",
        "refused at once",
        f"{BAD_FILE}[alias",
        f"{BAD_FILE}[merge",
        f"{BAD_FILE}[depth",
    ),
    61: _fault(
        "a file half written", "changes nothing", f"{LIVE}::test_a_file_caught", "unit/rules/test_standing.py::"
    ),
    62: _fault(
        "one broken file", "the others live", f"{LIVE}::test_a_file_that_cannot_be_read", f"{CYCLE}::test_a_faulty_rule"
    ),
    63: _fault(
        "a rule that matches everything", "one summary past its limit", f"{DELIVERING}::test_what_is_past_a_limit"
    ),
    64: _fault("Slack mentions and masked links", "inert", f"{DIALECTS}::test_a_headline_arrives"),
    65: _fault("@everyone", "inert", f"{DIALECTS}::test_a_headline_arrives"),
    66: _fault("markup on Telegram", "delivered as text", f"{DIALECTS}::test_the_servers_own_judgement_of_telegram"),
    67: _fault("line breaks in a mail's subject", "one line", f"{NOTIFIER}::test_a_mail_has_one_line_of_subject"),
    68: _fault("code in a template", "the sandbox refuses it", "unit/test_rendering.py::"),
    69: _fault("a template bomb", "bounded", "unit/test_rendering.py::"),
    70: _fault("secrets in logs", "none at any level", "edge/test_secrets_nowhere.py::", f"{NOTIFIER}::test_no_secret"),
    71: _fault("read, then write, in two processes", "waits", f"{DATABASE}::test_reading_first_and_writing_later"),
    72: _fault(
        "a lock held too long", "busy, tried again", f"{DATABASE}::test_a_lock_held", f"{DATABASE}::test_a_named"
    ),
    73: _fault("disk full", "fails loudly, database sound", f"{DATABASE}::test_a_full_disk"),
    74: _fault("damaged database", "says so", f"{DATABASE}::test_a_damaged"),
    75: _fault("backup of a running database", "whole, of one moment", "storage/test_copies.py::test_a_copy", BACKUP),
    76: _fault(
        "time zones",
        "aware UTC everywhere",
        "storage/test_tables.py::test_times_come",
        "storage/test_days.py::test_the_m",
    ),
    77: _fault(
        "two runs at once", "each thing done once", f"{DAGSTER}::test_the_sensor_never", "storage/test_processes.py::"
    ),
    78: _fault("the clock jumps an hour", "no repeat, no gap", f"{CYCLE}::test_the_clock_may_jump"),
    79: _fault(
        "reboot in a run",
        "ended, and started again",
        f"{DAGSTER}::test_runs_left_over",
        f"{DAGSTER}::test_a_run_that_is_o",
    ),
    80: _fault("the UI on the network", "loopback only", "end_to_end/test_ui.py::test_it_listens_on_loopback_alone"),
    81: _fault("code or daemon gone", "the heartbeat stops", "end_to_end/test_heartbeat.py::test_a_canary_lost"),
    82: _fault(
        "PostgreSQL goes away", "tried again, nothing lost", f"{DATABASE}::test_a_lost_connection", f"{RESTART}::"
    ),
    83: _fault(
        "schema up and down", "old data opens", f"{SCHEMA}::test_every_version", f"{SCHEMA}::test_an_old_database"
    ),
    84: _fault(
        "politeness", "pauses, robots.txt, 304, contact", "edge/test_polite_pages.py::", "edge/test_poll_manners.py::"
    ),
    85: _fault(
        "supply chain",
        "hashes, licences, no telemetry, nothing leaves the machine",
        "unit/test_house_style.py::test_every_dependency",
        f"{DAGSTER}::test_the_graph",
        f"{SUPPLY}::",
        "end_to_end/test_demo.py::test_the_demo_shows",
    ),
}
