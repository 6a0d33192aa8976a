"""SQLite as Django speaks to it, with a patience of our own (docs/decisions/0049)."""
