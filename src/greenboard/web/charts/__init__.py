"""SVG charts as pure functions: rows in, markup out; class names only, never a style."""
