"""Work that outlives the process that does it: workflows of steps, each done once or again but never lost."""
