"""The catalog: what exists. Entities of kinds, their owners and the relations between them."""
