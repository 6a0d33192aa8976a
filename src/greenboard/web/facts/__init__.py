"""The reference of fact types and their fields."""
