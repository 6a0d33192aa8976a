"""One's own account: password, second factor, passkeys, sessions, linked providers."""
