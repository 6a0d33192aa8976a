"""Container build files and image names, read without running anything."""
