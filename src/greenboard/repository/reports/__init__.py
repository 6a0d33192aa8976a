"""Reports of other tools, parsed from bytes to plain values; nothing here knows of trees or facts' owners."""
