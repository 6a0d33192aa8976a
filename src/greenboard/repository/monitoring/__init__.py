"""Alert rules, dashboards and objectives kept as files."""
