"""Grafana; found by looking."""
