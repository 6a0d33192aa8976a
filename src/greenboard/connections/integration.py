"""An integration as it is loaded from its folder: the manifest ready to run, and the code it may bring."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from greenboard.connections.compiling import compile_manifest
from greenboard.connections.expressions import Function
from greenboard.connections.expressions.function import Registry
from greenboard.connections.manifest import Manifest
from greenboard.connections.plan import Plan
from greenboard.connections.types import Looking, Own, Record
from greenboard.core import yaml
from greenboard.core.errors import Place, UserError
from greenboard.facts.vocabulary import Vocabulary

MANIFEST, CODE = "integration.yaml", "collect.py"
SHIPPED = Path(__file__).resolve().parents[1] / "integrations"
Reads = Callable[[Looking], Iterator[list[Record]]]


@dataclass(frozen=True)
class Integration:
    """A tool that can be connected. `code` and `functions` are what its collect.py brings, by name.

    `own` is that module itself, where it does the whole work of collecting.
    """

    name: str
    folder: Path
    manifest: Manifest
    document: yaml.Document = field(repr=False)
    plan: Plan = field(repr=False)
    code: Mapping[str, Reads] = field(default_factory=dict, repr=False)
    functions: Mapping[str, Function] = field(default_factory=dict, repr=False)
    own: Own | None = field(default=None, repr=False)

    def provides(self) -> Mapping[str, tuple[str, ...]]:
        """The fields that it can fill, by fact type; none where code of its own cannot say which."""
        return self.plan.provides() if self.own is None else self.own.provides()


def load(folder: Path, vocabulary: Vocabulary) -> Integration:
    """Read the integration in a folder.

    Raises:
        UserError: there is no manifest, or something in it is wrong, with the place of each mistake.

    """
    path = folder / MANIFEST
    label = _label(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}", place=Place(label)) from None
    documents = yaml.read(text, label)
    if len(documents) != 1:
        raise UserError("expected one document", place=Place(label))
    manifest = yaml.parse(documents[0], Manifest)
    if manifest.name != folder.name:
        hint = "The folder of an integration has its name."
        raise UserError(
            f"name: {manifest.name!r} in a folder {folder.name!r}", place=documents[0].place("name"), hint=hint
        )
    module = _module(folder)
    streams, functions = _brought(module)
    _refuse_code(manifest, documents[0], streams)
    plan = compile_manifest(manifest, documents[0], vocabulary, functions)
    own = cast("Own", module) if hasattr(module, "collect") else None
    return Integration(manifest.name, folder, manifest, documents[0], plan, streams, functions, own)


def _label(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _refuse_code(manifest: Manifest, document: yaml.Document, streams: Mapping[str, Any]) -> None:
    named = {("streams", name, "code"): spec.code for name, spec in manifest.streams.items()}
    if manifest.api.account:
        named["api", "account", "code"] = manifest.api.account.code
    for path, code in named.items():
        if code and code not in streams:
            raise UserError(
                f"{CODE} has no stream {code!r}",
                place=document.place(*path),
                expected=", ".join(sorted(streams)) or None,
            )


def _brought(module: ModuleType | None) -> tuple[Mapping[str, Reads], Mapping[str, Function]]:
    """STREAMS and FUNCTIONS of a collect.py."""
    streams = getattr(module, "STREAMS", {})
    functions = getattr(module, "FUNCTIONS", None)
    return streams, functions.functions if isinstance(functions, Registry) else {}


@lru_cache(maxsize=256)
def _module(folder: Path) -> ModuleType | None:
    path = folder / CODE
    if not path.is_file():
        return None
    if folder.resolve().parent == SHIPPED:
        return importlib.import_module(f"greenboard.integrations.{folder.name}.collect")
    spec = importlib.util.spec_from_file_location(f"greenboard_integration_{folder.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
