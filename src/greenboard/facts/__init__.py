"""Facts: what was seen about each entity, typed by fact types, with source and age."""
