"""How reports are drawn: a module each with a `DRAWN`. A report without one is shown as its tables."""
