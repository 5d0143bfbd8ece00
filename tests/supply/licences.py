"""Which licences a package may have beside our Apache-2.0, and what a package says of its own."""

from email.message import Message
from importlib.metadata import Distribution
from typing import cast

ALLOWED = frozenset({
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT", "PSF-2.0", "Zlib",
    # Copyleft for the package's own files alone, which we use as they are and do not ship.
    "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MPL-2.0",
})  # fmt: skip

SPELLINGS = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd license": "BSD-3-Clause",
    "dual license": "Apache-2.0 OR BSD-3-Clause",
    "lgpl with exceptions": "LGPL-3.0-or-later",
    "mit license": "MIT",
    "mit, bsd": "MIT AND BSD-3-Clause",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "new bsd": "BSD-3-Clause",
    "python software foundation license": "PSF-2.0",
    "the bsd 2-clause license": "BSD-2-Clause",
}
"""What packages without an SPDX expression write, as one."""

READ_BY_HAND = {"docutils": "BSD-2-Clause"}
"""Packages whose words name what is not in their wheel: docutils' one GPL file is an editor's mode in its sources."""


def licence(package: Distribution) -> str:
    """The SPDX expression that a package states, else its own words for it; "" where it says nothing."""
    stated = cast(Message, package.metadata)
    if by_hand := READ_BY_HAND.get(package.name):
        return by_hand
    if expression := stated["License-Expression"]:
        return str(expression)
    classifiers = (line.split(" :: ") for line in stated.get_all("Classifier") or ())
    named = [parts[-1] for parts in classifiers if parts[0] == "License" and len(parts) > 2]
    words = stated["License"] or " AND ".join(SPELLINGS.get(name.lower(), name) for name in named)
    if "\n" in words and named:  # the whole text stands where its name belongs
        words = named[0]
    return SPELLINGS.get(words.strip().lower(), words.strip())


def allowed(expression: str) -> bool:
    """Whether some choice that an SPDX expression offers is allowed in all its parts; brackets are not read."""
    return any(all(part.strip() in ALLOWED for part in choice.split(" AND ")) for choice in expression.split(" OR "))
