"""Kustomizations, built from bases and overlays in the tree."""
