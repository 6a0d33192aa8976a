"""Which languages a set of files is written in, told by their suffixes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

SUFFIXES = {
    "c": "c", "h": "c", "cc": "cpp", "cpp": "cpp", "cxx": "cpp", "hpp": "cpp", "cs": "csharp", "fs": "fsharp",
    "vb": "visual-basic", "clj": "clojure", "cljs": "clojure", "dart": "dart", "ex": "elixir", "exs": "elixir",
    "erl": "erlang", "go": "go", "groovy": "groovy", "hs": "haskell", "java": "java", "js": "javascript",
    "jsx": "javascript", "mjs": "javascript", "cjs": "javascript", "jl": "julia", "kt": "kotlin", "kts": "kotlin",
    "lua": "lua", "m": "objective-c", "mm": "objective-c", "ml": "ocaml", "php": "php", "pl": "perl", "pm": "perl",
    "ps1": "powershell", "py": "python", "pyi": "python", "r": "r", "rb": "ruby", "rs": "rust", "scala": "scala",
    "sh": "shell", "bash": "shell", "sql": "sql", "svelte": "svelte", "swift": "swift", "tf": "terraform",
    "ts": "typescript", "tsx": "typescript", "mts": "typescript", "cts": "typescript", "vue": "vue", "zig": "zig",
}  # fmt: skip
"""Suffix to language, in lower case. Data and markup (YAML, JSON, HTML, Markdown) are no languages here."""

VENDORED = frozenset(
    {"vendor", "vendored", "node_modules", "third_party", "third-party", "thirdparty", "bower_components", "pods"}
    | {"dist", "target", "__pycache__", ".yarn", ".venv", "venv", "site-packages"}
)
"""Folders that hold what others wrote or what a build made."""

_GENERATED = (".min.js", ".pb.go", "_pb2.py", "_pb2_grpc.py", "_pb.js", ".pb.cc", ".pb.h", ".generated.cs", ".g.dart")


@lru_cache(maxsize=2**17)
def language_of(path: str) -> str | None:
    """The language of a file, or None where it has none, is generated or was written by others."""
    head, _, name = path.lower().rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    language = SUFFIXES.get(suffix) if dot and stem else None
    if language is None or name.endswith(_GENERATED):
        return None
    return None if VENDORED.intersection(head.split("/")) else language


def rank(languages: Iterable[str | None]) -> tuple[str, ...]:
    """Each language once, the one with most files first; equal ones by name."""
    counted = Counter(language for language in languages if language)
    return tuple(sorted(counted, key=lambda name: (-counted[name], name)))


_SAME = {
    "typescript": "javascript", "vue": "javascript", "svelte": "javascript", "kotlin": "java", "groovy": "java",
    "scala": "java",
    "fsharp": "csharp", "visual-basic": "csharp", "c": "cpp", "objective-c": "swift",
}  # fmt: skip


def family(language: str) -> str:
    """The language under whose conventions another one is tested (TypeScript under JavaScript's)."""
    return _SAME.get(language, language)
