"""The commands about rules that need no server."""
