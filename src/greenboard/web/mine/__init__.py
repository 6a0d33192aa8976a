"""What I and my teams own, and what to fix next."""
