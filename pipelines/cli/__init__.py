"""The wirewatch command, one file per command group."""
