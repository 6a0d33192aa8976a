"""A report in the formats that people and machines read. Each module has one `render`."""
