"""Placeholder."""
from types import SimpleNamespace
def kustomizations(tree): return SimpleNamespace(results=[], folders=set(), used=set())
