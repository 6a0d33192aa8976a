"""The pages of scaffolds: which there are, the form of one, what was made, and where they come from."""
