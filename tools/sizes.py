"""Print the size figures of the code and fail beyond the hard limits.

Limits (style notes, from the best of a dozen codebases): a function of at most 60 lines, p90 30; a
file of at most 500 lines, p90 250; broad `except` only at a declared boundary.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAX_FUNCTION, P90_FUNCTION = 60, 30
MAX_FILE, P90_FILE = 500, 250
MAX_BROAD_EXCEPTS = 7
"""The boundaries of: project.main, repository.collect, a thread of results.present, results.continuous,
plugins.boundary, project.tending, and the process of scaffolds.rendering."""


@dataclass
class Figures:
    """What was counted, with the place of each thing that can go over a limit."""

    functions: list[tuple[int, str]] = field(default_factory=list)
    files: list[tuple[int, str]] = field(default_factory=list)
    any_uses: int = 0
    broad: list[str] = field(default_factory=list)

    @property
    def lines(self) -> int:
        return sum(size for size, _ in self.files)


def sources(root: Path) -> Iterator[Path]:
    """Our own Python files; migrations are generated and do not count."""
    return (path for path in sorted(root.rglob("*.py")) if "migrations" not in path.parts)


def measure(root: Path) -> Figures:
    """Count over every source below a folder."""
    figures = Figures()
    for path in sources(root):
        text = path.read_text(encoding="utf-8")
        where = str(path.relative_to(root.parent))
        figures.files.append((text.count("\n"), where))
        for node in ast.walk(ast.parse(text)):
            _count(figures, node, where)
    return figures


def _count(figures: Figures, node: ast.AST, where: str) -> None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        size = (node.end_lineno or node.lineno) - node.lineno + 1
        figures.functions.append((size, f"{where}:{node.lineno} {node.name}"))
    elif isinstance(node, ast.Name) and node.id == "Any":
        figures.any_uses += 1
    elif isinstance(node, ast.ExceptHandler) and _is_broad(node):
        figures.broad.append(f"{where}:{node.lineno}")


def _is_broad(node: ast.ExceptHandler) -> bool:
    named = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(one is None or (isinstance(one, ast.Name) and one.id in {"Exception", "BaseException"}) for one in named)


def quantile(sizes: list[int], share: float) -> int:
    """The size that the given share of all stay at or below."""
    ordered = sorted(sizes)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def breaches(figures: Figures) -> list[str]:
    """Every limit that is exceeded, as a sentence."""
    said = [
        f"function of {size} lines (limit {MAX_FUNCTION}): {at}"
        for size, at in figures.functions
        if size > MAX_FUNCTION
    ]
    said += [f"file of {size} lines (limit {MAX_FILE}): {at}" for size, at in figures.files if size > MAX_FILE]
    for name, sizes, limit in (
        ("function", [size for size, _ in figures.functions], P90_FUNCTION),
        ("file", [size for size, _ in figures.files], P90_FILE),
    ):
        if quantile(sizes, 0.9) > limit:
            said.append(f"{name} p90 is {quantile(sizes, 0.9)} lines (limit {limit})")
    if len(figures.broad) > MAX_BROAD_EXCEPTS:
        said.append(f"{len(figures.broad)} broad excepts (limit {MAX_BROAD_EXCEPTS}): {', '.join(figures.broad)}")
    return said


def main(root: Path) -> int:
    """Print the figures; 1 when a limit is exceeded."""
    figures = measure(root)
    for name, measured in (("functions", figures.functions), ("files", figures.files)):
        sizes = [size for size, _ in measured]
        shares = f"median {quantile(sizes, 0.5)}, p90 {quantile(sizes, 0.9)}, p99 {quantile(sizes, 0.99)}"
        print(
            f"{name:10} {len(sizes):5}   lines: {shares}, "
            f"most {max(sizes, default=0)} ({max(measured, default=(0, '-'))[1]})"
        )
    thousand = max(figures.lines, 1) / 1000
    print(f"{'Any':10} {figures.any_uses:5}   {figures.any_uses / thousand:.1f} per 1,000 lines")
    print(f"{'except':10} {len(figures.broad):5}   broad: {', '.join(figures.broad) or 'none'}")
    said = breaches(figures)
    for line in said:
        print(f"over the limit: {line}", file=sys.stderr)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "src"))
