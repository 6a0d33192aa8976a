"""What leaders look at: figures over many entities, for a day or between two."""
