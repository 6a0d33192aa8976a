"""The formats of reports, one module each with a FORMAT; found by looking, imported by nobody."""
