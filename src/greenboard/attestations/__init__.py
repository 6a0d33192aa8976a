"""What people state about entities: given, confirmed, with evidence, ended by date or event."""
