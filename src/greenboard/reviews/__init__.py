"""Readiness reviews: asked for, answered, looked at section by section, decided, signed, and watched afterwards."""
