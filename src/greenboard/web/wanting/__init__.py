"""How whoever is signed in, and teams, want to hear."""
