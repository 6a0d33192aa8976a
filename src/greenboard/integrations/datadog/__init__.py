"""Datadog; found by looking."""
