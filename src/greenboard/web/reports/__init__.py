"""How pipelines send their reports."""
