"""One folder for each tool. They are found by looking; nobody imports them."""
