"""The page on which fact types are defined."""
