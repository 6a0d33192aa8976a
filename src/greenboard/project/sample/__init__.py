"""The sample organization: made up by us, loaded by the same steps that real input takes."""
