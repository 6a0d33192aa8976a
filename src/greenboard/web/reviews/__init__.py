"""The pages of readiness reviews."""
