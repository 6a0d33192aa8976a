"""Greetings: the example to replace."""

LONGEST = 100


def greet(who: str) -> str:
    """Give a greeting for a name.

    Raises:
        ValueError: the name is missing, or longer than 100 letters.
    """
    name = who.strip()
    if not name:
        raise ValueError("a name is missing")
    if len(name) > LONGEST:
        raise ValueError(f"a name has at most {LONGEST} letters")
    return f"Hello, {name}!"
