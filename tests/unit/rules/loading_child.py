"""Loads desk folders, each in a process of its own with little memory and time; one JSON line of faults a folder."""

import json
import os
import resource
import sys
from pathlib import Path

from pipelines.rules.loader import load_rules
from pipelines.rules.matcher import Matcher

WARM = Path(__file__).parents[3] / "alert_rules"
MEMORY = 200 << 20
"""Bytes that a load may take beyond what the imports took."""
SECONDS = 1
"""Of CPU time; the clock on the wall is no measure on a busy machine."""


def main() -> None:
    """Folders are named on the command line; what is made once a process is made before the first."""
    Matcher(load_rules(WARM).rules)
    for folder in sys.argv[1:]:
        child = os.fork()
        if child == 0:
            _load(Path(folder))
        _, status = os.waitpid(child, 0)
        if status:
            print(json.dumps([f"the process ended with {status}"]), flush=True)


def _load(folder: Path) -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    rule_set = load_rules(folder)
    Matcher(rule_set.rules)
    told = [str(fault) for fault in rule_set.faults]
    print(json.dumps([*told, *(f"rule {rule.rule_id}" for rule in rule_set.rules)]), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
