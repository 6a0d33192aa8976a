"""Reviews that others held, read out of a working tree and kept as pages that stay."""
