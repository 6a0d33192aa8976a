"""Where a plugin brings something: hooks as pluggy has them. Each gives a list; a plugin implements those it needs.

They are asked once in each process, when it first needs any of them. What they give is checked, and held to its type.
A later version of the contract may add hooks, arguments and fields with a default; taking any away is another `API`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pluggy

from greenboard.plugins.contract import Action, Channel, EntityPanel, Field, Function, Page, ReportFormat
from greenboard.plugins.framed import Frame, Proxy

PROJECT = "greenboard"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def greenboard_settings() -> Sequence[Field]:  # type: ignore[empty-body]  # a specification
    """What an administrator fills in for the plugin; `greenboard.plugins.installation.settings_of` gives it."""


@hookspec
def greenboard_integrations() -> Sequence[Path]:  # type: ignore[empty-body]
    """Folders that hold integrations, each a folder with an `integration.yaml`."""


@hookspec
def greenboard_fact_types() -> Sequence[Path]:  # type: ignore[empty-body]
    """Folders of fact types as YAML, one file each."""


@hookspec
def greenboard_functions() -> Sequence[Function]:  # type: ignore[empty-body]
    """Functions for rules."""


@hookspec
def greenboard_report_formats() -> Sequence[ReportFormat]:  # type: ignore[empty-body]
    """Formats of reports as files."""


@hookspec
def greenboard_channels() -> Sequence[Channel]:  # type: ignore[empty-body]
    """Kinds of channels for notifications."""


@hookspec
def greenboard_actions() -> Sequence[Action]:  # type: ignore[empty-body]
    """What steps of workflows can do."""


@hookspec
def greenboard_review_templates() -> Sequence[Path]:  # type: ignore[empty-body]
    """Folders of templates of reviews, one YAML file each."""


@hookspec
def greenboard_pages() -> Sequence[Page]:  # type: ignore[empty-body]
    """Pages below /plugins/PLUGIN/."""


@hookspec
def greenboard_panels() -> Sequence[EntityPanel]:  # type: ignore[empty-body]
    """Panels on the page of each entity."""


@hookspec
def greenboard_frames() -> Sequence[Frame]:  # type: ignore[empty-body]
    """Panels that another origin draws."""


@hookspec
def greenboard_proxies() -> Sequence[Proxy]:  # type: ignore[empty-body]
    """What frames may call through Greenboard."""


HOOKS: Mapping[str, tuple[type, str, str]] = {
    "greenboard_settings": (Field, "setting", "settings"),
    "greenboard_integrations": (Path, "folder of integrations", "folders of integrations"),
    "greenboard_fact_types": (Path, "folder of fact types", "folders of fact types"),
    "greenboard_functions": (Function, "rule function", "rule functions"),
    "greenboard_report_formats": (ReportFormat, "report format", "report formats"),
    "greenboard_channels": (Channel, "kind of channel", "kinds of channels"),
    "greenboard_actions": (Action, "workflow action", "workflow actions"),
    "greenboard_review_templates": (Path, "folder of review templates", "folders of review templates"),
    "greenboard_pages": (Page, "page", "pages"),
    "greenboard_panels": (EntityPanel, "panel", "panels"),
    "greenboard_frames": (Frame, "frame", "frames"),
    "greenboard_proxies": (Proxy, "proxy", "proxies"),
}
"""What each hook gives, and what one and several of it are called."""
