"""Alertmanager; found by looking."""
