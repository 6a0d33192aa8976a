"""Scaffolds: what new things start from, what was made from them, and keeping that up to date."""
