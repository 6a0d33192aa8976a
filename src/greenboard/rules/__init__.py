"""The rule language: CEL parsed and type-checked by the official implementation, evaluated by ours. Pure."""
