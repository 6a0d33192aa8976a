"""Speaking to a server from a pipeline."""
