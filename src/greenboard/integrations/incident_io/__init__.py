"""incident.io; found by looking."""
