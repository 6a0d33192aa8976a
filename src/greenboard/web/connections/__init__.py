"""Integrations, connections, their collections, and what they discovered."""
