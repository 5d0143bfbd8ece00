"""A soak: an installation that is killed, starved, cut off and mistreated under way; then what must hold is checked."""
