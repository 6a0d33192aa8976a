"""What can be in the way of a change of access."""

from __future__ import annotations

from greenboard.core.errors import UserError


class Absent(UserError):
    """There is none of that name."""

    status = 404


class InTheWay(UserError):
    """Something that is there already, or has to stay, stands against it."""

    status = 409


class Above(UserError):
    """It is more than whoever asks holds."""

    status = 403
