"""Commands that work on the folder of an integration."""
