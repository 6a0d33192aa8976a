"""Campaigns: the list, one of them, the form, and how they end."""
