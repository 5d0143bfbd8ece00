"""Running an installation for years: its gate, its disk, its backups, its numbers, its log."""
