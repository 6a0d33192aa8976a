"""What steps can do, one module each, found by looking: `KIND` says what it is given and what it does."""
