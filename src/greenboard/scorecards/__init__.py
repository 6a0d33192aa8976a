"""Scorecards: their definition in YAML, and scoring. Definition and scoring are pure."""
