"""What the plugin brings. Each hook gives a list; one that brings nothing is left out."""

from __future__ import annotations

from pathlib import Path

from greenboard.plugins import (
    Action,
    Channel,
    EntityPanel,
    Field,
    Frame,
    Function,
    Page,
    Proxy,
    ReportFormat,
    hookimpl,
)
from greenboard_example import costs, shown, texts

GREENBOARD_API = 1

_HERE = Path(__file__).resolve().parent


@hookimpl
def greenboard_settings() -> list[Field]:
    return [Field("token", "Token of the cost tool", "One that may only read.", secret=True, required=False)]


@hookimpl
def greenboard_integrations() -> list[Path]:
    return [_HERE / "integrations"]


@hookimpl
def greenboard_fact_types() -> list[Path]:
    return [_HERE / "fact_types"]


@hookimpl
def greenboard_functions() -> list[Function]:
    return [
        Function(
            name="over_pct",
            arguments=("double", "double"),
            result="double",
            doc="By how many percent a cost is over its budget; 0 where it is not.",
            example="example.over_pct(example_cost.monthly, example_cost.budget) <= 10.0",
            compute=costs.over_pct,
        )
    ]


@hookimpl
def greenboard_report_formats() -> list[ReportFormat]:
    return [ReportFormat("markdown", "Markdown", "md", "text/markdown; charset=utf-8", texts.markdown)]


@hookimpl
def greenboard_channels() -> list[Channel]:
    about = "Writes each letter as a file into a folder of the machine."
    fields = (Field("folder", "Folder", example="/var/spool/greenboard"),)
    return [Channel("folder", "Folder", about, fields, texts.check, texts.send)]


@hookimpl
def greenboard_actions() -> list[Action]:
    return [Action("estimate", "Estimate what a component costs in a year", costs.Estimate, costs.estimate)]


@hookimpl
def greenboard_review_templates() -> list[Path]:
    return [_HERE / "reviews"]


@hookimpl
def greenboard_pages() -> list[Page]:
    return [
        Page("about", shown.about, "catalog.read", title="What the example shows"),
        Page("people/<str:name>", shown.person, "people.read"),
    ]


@hookimpl
def greenboard_panels() -> list[EntityPanel]:
    return [EntityPanel("centre", shown.centre)]


@hookimpl
def greenboard_frames() -> list[Frame]:
    return [Frame("trend", "Cost trend", "https://panels.example.com/cost-trend", kinds=("service",), height=240)]


@hookimpl
def greenboard_proxies() -> list[Proxy]:
    return [
        Proxy(
            name="costs",
            origin="https://costs.example.com",
            allows=(("GET", "/v1/services/{name}/trend"), ("GET", "/v1/currencies/*")),
            secret="token",
        )
    ]
