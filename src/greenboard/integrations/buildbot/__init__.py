"""Buildbot."""
