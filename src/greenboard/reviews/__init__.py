"""Readiness reviews: templates, answers, findings, decision, signature, and what happens afterwards."""
