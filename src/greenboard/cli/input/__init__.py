"""What the commands take in: more facts from a file, and what working trees say."""
