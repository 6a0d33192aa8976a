"""Commands about the connections of a server."""
