"""Workflows: which there are, starting one, what runs do, and writing one."""
