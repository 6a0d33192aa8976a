"""Holding an integration against the vendor's own description of its API, without calling anybody."""
