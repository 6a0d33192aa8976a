"""Ownership: what nobody answers for."""
