"""The tools that tickets can be opened in: how their actions name what all of them have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from greenboard.campaigns.definition import Tickets
from greenboard.connections import store as connections
from greenboard.core.errors import Place, UserError


@dataclass(frozen=True)
class Tool:
    """How an integration's actions on issues are called.

    `place` is the input that says where an issue is made, and `everywhere` whether the other actions need it, too.
    `annotations` are those by which entities say it, and `hosts` begin the addresses of repositories that are places.
    """

    place: str
    noun: str
    annotations: tuple[str, ...]
    title: str
    text: str
    longest: int
    everywhere: bool
    hosts: str = ""
    dated: bool = False
    typed: bool = False


TOOLS: Mapping[str, Tool] = {
    "jira": Tool(
        "project", "project", ("jira/project-key", "greenboard.io/jira"), "summary", "description", 255, False,
        dated=True, typed=True,
    ),
    "github": Tool(
        "repository", "repository", ("github.com/project-slug",), "title", "body", 256, True, "https://github.com/"
    ),
    "gitlab": Tool(
        "project", "project", ("gitlab.com/project-slug",), "title", "body", 255, True, "https://gitlab.com/",
        dated=True,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What a ticket says."""

    title: str
    text: str
    due: date
    labels: tuple[str, ...]
    type: str


def of(connection: str) -> Tool:
    """The tool of a connection.

    Raises:
        UserError: there is no such connection, or none that tickets can be opened by.

    """
    row = connections.find(connection)
    if row.integration not in TOOLS:
        expected = f"a connection to {', '.join(sorted(TOOLS))}"
        raise UserError(f"no tickets can be opened by {connection}", place=Place("tickets"), expected=expected)
    return TOOLS[row.integration]


def check(tickets: Tickets) -> None:
    """Refuse a connection by which no tickets can be opened; as `of`."""
    of(tickets.connection)


def creating(tool: Tool, place: str, said: Said) -> dict[str, Any]:
    """The inputs of `issue.create`."""
    dated = {"due": f"{said.due}"} if tool.dated else {}
    typed = {"type": said.type} if tool.typed else {}
    return {tool.place: place, **_text(tool, said), "labels": list(said.labels), **dated, **typed}


def changing(tool: Tool, place: str, issue: str, said: Said) -> dict[str, Any]:
    """The inputs of `issue.update`."""
    dated = {"due": f"{said.due}"} if tool.dated else {}
    return {**naming(tool, place, issue), **_text(tool, said), **dated}


def naming(tool: Tool, place: str, issue: str) -> dict[str, Any]:
    """The inputs that name an issue."""
    return {"issue": issue, **({tool.place: place} if tool.everywhere else {})}


def finding(tool: Tool, place: str, labels: tuple[str, ...], marker: str) -> dict[str, Any]:
    """The inputs of `issue.find`."""
    return {"marker": marker, **({tool.place: place, "labels": ",".join(labels)} if tool.everywhere else {})}


def _text(tool: Tool, said: Said) -> dict[str, str]:
    title = said.title if len(said.title) <= tool.longest else said.title[: tool.longest - 1] + "…"
    return {tool.title: title, tool.text: said.text}
