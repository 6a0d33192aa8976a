"""Package manifests and lock files, by ecosystem: what a component consumes, and how firmly it is fixed."""
