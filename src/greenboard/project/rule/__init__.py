"""The commands about rules that look into the board's database."""
