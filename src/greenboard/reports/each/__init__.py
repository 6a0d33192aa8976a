"""The reports, a module each with a `REPORT`."""
