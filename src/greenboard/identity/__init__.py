"""Who people are: how they sign in, which provider says so, and which teams and roles follow from it."""
