"""Settings: each declared once, given by the environment, a file of settings, or a file for one secret."""
