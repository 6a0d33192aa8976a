"""What components cost: an example of a plugin."""
