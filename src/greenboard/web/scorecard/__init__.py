"""One scorecard: who is where, moving which way."""
