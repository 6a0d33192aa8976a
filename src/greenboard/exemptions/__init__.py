"""Permission not to meet a rule: asked for, decided, ended; the outcome beneath stays."""
