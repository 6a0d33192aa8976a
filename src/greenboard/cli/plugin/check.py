"""Look for mistakes in plugins: all that they bring is loaded, and the examples of their functions are compiled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click


@click.command("check")
@click.argument("names", nargs=-1, metavar="NAME...")
def command(*, names: tuple[str, ...]) -> int:
    """Check the plugins that are installed beside this command, or those named. Nobody is called.

    Exit codes: 0 nothing found, 1 something found.
    """
    from greenboard.core.errors import UserError
    from greenboard.facts import vocabulary
    from greenboard.plugins import registry
    from greenboard.reviews import template

    known = {one.name for one in registry.plugins()}
    for name in names:
        if name not in known:
            raise UserError(
                f"no plugin {name!r} is installed", expected=", ".join(sorted(known)) or "one to be installed"
            )
    words = vocabulary.load()
    template.shipped()
    found = 0
    for plugin in registry.plugins():
        if names and plugin.name not in names:
            continue
        problems = [plugin.why] if plugin.why else list(_problems(plugin, words))
        found += len(problems)
        click.echo(f"{plugin.name}: {f'{len(problems)} found' if problems else 'well'}")
        for problem in problems:
            click.echo(f"  {problem}")
    return 1 if found else 0


def _problems(plugin: Any, words: Any) -> Iterator[str]:
    from greenboard.connections.discovery import inside
    from greenboard.connections.integration import load
    from greenboard.core.errors import UserError
    from greenboard.rules import language

    for function in plugin.brought.get("greenboard_functions", ()):
        try:
            language.compile(function.example, words)
        except UserError as error:
            yield f"the example of {plugin.name}.{function.name}: {error}"
    for folder in plugin.brought.get("greenboard_integrations", ()):
        for one in inside(folder):
            try:
                load(one, words)
            except UserError as error:
                yield f"the integration {one.name}: {error}"
    for hook in ("greenboard_integrations", "greenboard_fact_types", "greenboard_review_templates"):
        for folder in plugin.brought.get(hook, ()):
            if not folder.is_dir() or not any(folder.rglob("*.yaml")):
                yield f"{hook} names a folder without YAML files: {folder}"
