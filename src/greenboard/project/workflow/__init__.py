"""The commands about workflows; they need no database."""
