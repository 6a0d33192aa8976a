"""Roles, grants and service accounts."""
