"""The desk's YAML files: read with the place of every part, checked by records, shown to editors, added to."""
