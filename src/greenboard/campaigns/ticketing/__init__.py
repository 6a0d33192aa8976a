"""Tickets of campaigns: which are wanted, what they say, and bringing them about at a tool, each once."""
