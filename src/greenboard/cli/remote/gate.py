"""Asking a server whether a signed review lets an entity go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from greenboard.cli.remote.sending import get
from greenboard.core.refs import Ref


def ask(address: str, entity: Ref, *, template: str = "", stage: str = "") -> dict[str, Any]:
    """What the newest signature over an entity says, as the API tells it: `open`, `review`, `why`.

    Raises:
        Unreached: the server does not answer.
        UserError: it refuses, or there is no token.

    """
    asked = {"entity": str(entity), "template": template, "stage": stage}
    params = {name: value for name, value in asked.items() if value}
    found: dict[str, Any] = get(f"{address}/api/v1/reviews/gate", params)
    return found


def lines(entity: Ref, told: dict[str, Any]) -> Iterator[str]:
    """The same for people."""
    review = f" (review {told['review']})" if told["review"] else ""
    yield f"{entity}: {'may go' if told['open'] else 'may not go'}{review}"
    yield from (f"  {line}" for line in told["why"])
