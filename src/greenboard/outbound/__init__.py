"""Calling other machines, without being made to call those that nobody outside may reach."""
