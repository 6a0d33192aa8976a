"""Pulling facts through connections: runs, matching, what is gone, what is heard at once, and what it costs."""
