"""Parts of the executive summary that other packages add: modules with `part(ground: Ground) -> Part | None`."""
