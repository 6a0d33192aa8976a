"""What every package may use: references, places, errors, YAML with positions, the clock. No Django, no network."""
