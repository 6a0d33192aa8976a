"""The pages of attestations: all of them, one with its evidence and history, and the form that gives one."""
