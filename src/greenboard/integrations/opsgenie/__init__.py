"""Opsgenie; found by looking."""
