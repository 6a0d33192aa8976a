"""What `greenboard review` does without a database."""
