"""Make the list that ships anew: the answer of `GET /products/full` on standard input, the list on output."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from greenboard.integrations.endoflife.collect import SHIPPED


def renewed(told: Mapping[str, Any], names: frozenset[str]) -> str:
    """The list as text, with the products of some names, and the day of the answer."""
    products = {one["name"]: [_line(release) for release in one["releases"]] for one in told["result"]}
    lines = [
        f"{json.dumps(name)}: {json.dumps(products[name], separators=(',', ':'))}"
        for name in sorted(names & products.keys())
    ]
    head = {"date": told["generated_at"][:10], "source": "https://endoflife.date"}
    return json.dumps(head, indent=0)[:-2] + ',\n"products": {\n' + ",\n".join(lines) + "\n}}\n"


def _line(release: Mapping[str, Any]) -> list[str | bool]:
    return [release["name"], release["eolFrom"] or release["isEol"], release["ltsFrom"] or release["isLts"]]


if __name__ == "__main__":
    known = json.loads(SHIPPED.read_text(encoding="utf-8"))["products"]
    sys.stdout.write(renewed(json.load(sys.stdin), frozenset(known)))
