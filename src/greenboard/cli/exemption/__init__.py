"""What `greenboard exemption` does: it speaks with a server."""
