"""Dated pushes on chosen rules, and their tickets."""
