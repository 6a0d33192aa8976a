"""Channels, routes, the channels of teams, and the log of what was sent: for those who manage notifications."""
