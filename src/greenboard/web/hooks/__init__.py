"""Webhooks and inlets."""
