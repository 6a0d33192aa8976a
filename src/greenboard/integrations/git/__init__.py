"""Git over HTTPS."""
