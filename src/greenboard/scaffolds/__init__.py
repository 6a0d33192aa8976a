"""Starting points for projects and parts of projects, what was made of them, and keeping that up to date."""
