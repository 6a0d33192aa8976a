"""Long lists, a page at a time: which part is shown, and the ways to the others. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from greenboard.core.errors import UserError
from greenboard.web.asked import Asked


@dataclass(frozen=True)
class Page:
    """One page of a list of `found`: rows `first` to `last`, from one. An address is empty where there is none."""

    number: int
    count: int
    first: int
    last: int
    found: int
    before: str
    after: str

    @property
    def part(self) -> slice:
        """The rows as a slice of the whole list."""
        return slice(self.first - 1, self.last) if self.last else slice(0, 0)

    @property
    def alone(self) -> bool:
        """Whether everything fits on it."""
        return self.count == 1


def page(found: int, size: int, asked: Asked) -> Page:
    """The page that an address asks for; one beyond the end is the last one.

    Raises:
        UserError: what it asks for is no number of a page.

    """
    text = asked.get("page", "1")
    if not (text.isascii() and text.isdecimal()) or int(text[:9]) < 1:
        raise UserError(f"the address asks for page={text!r}", expected="the number of a page, from 1")
    count = max(1, -(-found // size))
    number = min(int(text[:9]), count)
    first = (number - 1) * size
    return Page(
        number=number,
        count=count,
        first=first + 1 if found else 0,
        last=min(first + size, found),
        found=found,
        before=_to(number - 1, asked) if number > 1 else "",
        after=_to(number + 1, asked) if number < count else "",
    )


def _to(number: int, asked: Asked) -> str:
    return asked.here(page=None if number == 1 else str(number))
