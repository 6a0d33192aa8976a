"""How many calls in how long. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PER = {"s": 1, "sec": 1, "min": 60, "h": 3600, "hour": 3600, "day": 86_400}
_FORM = re.compile(r"(\d+)\s*/\s*(s|sec|min|h|hour|day)", re.ASCII)


@dataclass(frozen=True)
class Rate:
    """So many calls in so many seconds."""

    calls: int
    seconds: int

    @classmethod
    def read(cls, text: str) -> Rate:
        """Read `960/min`. Raises ValueError for anything else."""
        found = _FORM.fullmatch(text.strip())
        if found is None or not int(found[1]):
            msg = "expected a rate such as 960/min, 5000/h or 10/s"
            raise ValueError(msg)
        return cls(int(found[1]), _PER[found[2]])

    @property
    def per_second(self) -> float:
        return self.calls / self.seconds

    def __str__(self) -> str:
        unit = next(name for name, seconds in _PER.items() if seconds == self.seconds)
        return f"{self.calls}/{unit}"
