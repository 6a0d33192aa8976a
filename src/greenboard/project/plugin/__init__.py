"""Commands about the plugins of an installation."""
