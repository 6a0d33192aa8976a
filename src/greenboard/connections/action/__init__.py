"""Actions: what an integration can do at a tool, besides reading it. `connections.actions` runs them."""
