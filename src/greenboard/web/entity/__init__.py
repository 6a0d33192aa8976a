"""One entity: how ready it is, and why."""
