"""Snyk."""
