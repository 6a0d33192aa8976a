"""Steps that people and tools take one after the other: definitions, runs, approvals."""
