"""The commands of `greenboard scaffold`, one module each."""
