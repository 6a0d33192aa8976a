"""Reading git working trees: what files, manifests and history say, as facts with file and line."""
