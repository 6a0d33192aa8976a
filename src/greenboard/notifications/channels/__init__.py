"""The kinds of channels, one module each with a `KIND`, found by looking."""
