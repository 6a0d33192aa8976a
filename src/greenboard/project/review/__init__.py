"""What `greenboard review` does over the database of the board."""
