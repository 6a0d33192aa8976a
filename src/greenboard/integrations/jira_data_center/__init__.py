"""Jira Data Center."""
