"""Kubernetes objects as declared in a tree, whichever tool writes them."""
