"""Pipelines of every CI system in one form, and what their jobs do: test, lint, scan, deploy."""
