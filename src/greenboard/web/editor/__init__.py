"""The editor of rules: what a draft would do is seen while it is typed."""
