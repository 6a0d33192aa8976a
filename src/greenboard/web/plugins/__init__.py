"""Plugins: which there are and what they bring, their pages, and what their frames ask for."""
