"""The inbox of whoever is signed in."""
