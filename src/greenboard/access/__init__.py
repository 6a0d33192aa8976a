"""People who sign in, and the one place that decides what they may do."""
