"""What the command palette can jump to."""
