"""Commands that start or fill an installation, and so know everything. The others live in `greenboard.cli`."""
