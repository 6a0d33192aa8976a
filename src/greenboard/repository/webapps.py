"""Packages of npm: whether one is an app for the browser, a server, or offered to others.

Told by what package.json names and by the page that an app for the browser begins with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from greenboard.repository.manifests import table
from greenboard.repository.tree import Tree

_FRAMEWORKS = frozenset(
    {"react-dom", "preact", "vue", "svelte", "solid-js", "lit", "@angular/core", "@builder.io/qwik", "ember-source"}
    | {"vite", "parcel", "webpack", "webpack-dev-server", "react-scripts", "@vue/cli-service", "@sveltejs/kit"}
)
"""What an app for the browser is made with; libraries of parts for pages are made with it as well."""
_SITES = frozenset(
    {"next", "nuxt", "gatsby", "astro", "@docusaurus/core", "@remix-run/react", "@11ty/eleventy", "@sveltejs/kit"}
    | {"react-scripts", "@angular/platform-browser", "vitepress", "vuepress"}
)
"""What serves pages itself, so that no page need stand in the folder."""
_SERVERS = frozenset(
    {"express", "fastify", "koa", "@hapi/hapi", "@nestjs/core", "restify", "hono", "polka", "@grpc/grpc-js", "grpc"}
    | {"apollo-server", "@apollo/server", "moleculer", "socket.io"}
)
_PAGES = ("index.html", "public/index.html", "src/index.html", "app/index.html")
_OFFERED = ("main", "module", "exports", "types", "typings", "bin", "files")


def offered(manifest: Mapping[str, Any]) -> bool:
    """Whether it says what others may import or run."""
    return any(manifest.get(key) for key in _OFFERED)


def starts(manifest: Mapping[str, Any]) -> bool:
    """Whether it has a script that starts something."""
    return any(
        script == name or script.startswith(f"{name}:") for script in table(manifest, "scripts") for name in _RUN
    )


_RUN = ("start", "serve")


def serves(manifest: Mapping[str, Any]) -> bool:
    """Whether it runs on a framework for servers."""
    return not _SERVERS.isdisjoint(table(manifest, "dependencies"))


def for_browsers(manifest: Mapping[str, Any], prefix: str, tree: Tree) -> bool:
    """Whether it is an app for the browser, below the folder `prefix`; a published package is none."""
    if offered(manifest) and not manifest.get("private"):
        return False
    direct = {*table(manifest, "dependencies"), *table(manifest, "devDependencies")}
    if serves(manifest) or not direct & (_FRAMEWORKS | _SITES):
        # A workspace may name the tools at its root: then the page and their settings tell.
        return not serves(manifest) and _has_page(prefix, tree) and any(map(tree.has, _settings(prefix)))
    return bool(direct & _SITES) or _has_page(prefix, tree)


def _has_page(prefix: str, tree: Tree) -> bool:
    return any(tree.has(prefix + page) for page in _PAGES)


def _settings(prefix: str) -> list[str]:
    return [f"{prefix}vite.config.{suffix}" for suffix in ("ts", "js", "mts", "mjs")]
