"""One person across tools: names that are certain, and those to decide about."""
