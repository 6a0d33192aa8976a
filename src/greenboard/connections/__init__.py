"""Talking to tools: how an integration is declared, and the runtime that reads one through a connection."""
