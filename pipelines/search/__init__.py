"""Search over the archive: what a person asks for, which words an index must have for it, and where they stand."""
