"""Helm charts, rendered with their own default values by a bounded reader of Go templates."""
