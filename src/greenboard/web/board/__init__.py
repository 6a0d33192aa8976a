"""The board: is it green, and what got worse."""
