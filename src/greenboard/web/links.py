"""Addresses of things. Names are made of plain characters only, so nothing needs quoting."""

from __future__ import annotations

from greenboard.core.refs import Ref


def entity(ref: Ref) -> str:
    """The page of an entity."""
    return f"/entities/{ref.kind}/{ref.namespace}/{ref.name}"


def scorecard(name: str) -> str:
    """The page of a scorecard."""
    return f"/scorecards/{name}"


def rule(scorecard_name: str, rule_id: str) -> str:
    """The page of a rule."""
    return f"/scorecards/{scorecard_name}/rules/{rule_id}"


def edit_rule(scorecard_name: str, rule_id: str) -> str:
    """The editor of a rule."""
    return f"{rule(scorecard_name, rule_id)}/edit"


def new_rule(scorecard_name: str) -> str:
    """The editor of a rule that there is not yet."""
    return f"{scorecard(scorecard_name)}/rules/new"


def fact_type(name: str) -> str:
    """The reference page of a fact type."""
    return f"/fact-types/{name}"


def connection(name: str) -> str:
    """The page of a connection."""
    return f"/connections/{name}"


def told(url: str) -> str:
    """An address that a cause names: a page about an exemption, or one outside; as `outside`."""
    return url if url.startswith("/exemptions/") else outside(url)


def report_as(name: str, form: str) -> str:
    """The address of a report in a format of a plugin."""
    return f"/reports/{name}/as/{form}"


def report(name: str, as_file: str = "") -> str:
    """The page of a report, or a file of it."""
    return f"/reports/{name}.{as_file}" if as_file else f"/reports/{name}"


def outside(url: str) -> str:
    """An address that somebody gave, as far as a page may link to it; "" where it would do something else."""
    return url if url.startswith(("https://", "http://")) else ""


BOARD = "/"
CATALOG = "/catalog"
RESULTS = "/results"
SCORECARDS = "/scorecards"
FACT_TYPES = "/fact-types"
REPORTS = "/reports"
