"""The settings as a table for people."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.project.configuration.declared import SETTINGS, Setting


def lines() -> Iterator[str]:
    """The table in Markdown."""
    yield "| variable, and key in the file | what it does | form | default |"
    yield "|---|---|---|---|"
    for setting in SETTINGS:
        secret = " (secret)" if setting.secret else ""
        yield f"| `{setting.name}`, `{setting.key}` | {setting.what}{secret} | {_form(setting)} | {_default(setting)} |"


def _form(setting: Setting[object]) -> str:
    return setting.form.expected.replace("|", "\\|")


def _default(setting: Setting[object]) -> str:
    return setting.shown or (f"`{setting.default}`" if setting.default else "none")
