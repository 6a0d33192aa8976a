"""One rule: what it reads, who fails."""
