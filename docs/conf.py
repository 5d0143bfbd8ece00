"""How Sphinx builds these pages; `make docs` does it, and any warning is an error."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

project = "Wirewatch"
copyright = "Wirewatch's authors, Apache-2.0"
extensions = ["myst_parser"]
exclude_patterns = ["_build", "generate.py"]
html_theme = "furo"
html_title = "Wirewatch"
html_show_sphinx = False
html_copy_source = False
html_static_path: list[str] = []
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
nitpicky = True
suppress_warnings: list[str] = []
linkcheck_ignore = [r"http://127\.0\.0\.1.*"]
