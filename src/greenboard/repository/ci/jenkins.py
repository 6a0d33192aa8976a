"""Jenkinsfiles, declarative and scripted. Groovy is not evaluated here: only the literal text of
`sh`, `bat`, `powershell` and `pwsh` steps is taken, and the rest counts as not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from greenboard.core.errors import UserError
from greenboard.repository.ci.types import Command, Job, Pipeline, Unseen
from greenboard.repository.tree import Tree

_STEP = re.compile(
    r"\b(?:sh|bat|powershell|pwsh)\s*\(?\s*(?:\[?\s*(?:label|returnStatus|returnStdout)\s*:[^,]{0,80},\s*)*(?:script\s*:\s*)?"
    r"(?:'''(.*?)'''|\"\"\"(.*?)\"\"\"|'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\")",
    re.DOTALL,
)
_COMMENT = re.compile(r"^\s*//.*$|/\*.*?\*/", re.MULTILINE | re.DOTALL)
_STAGE = re.compile(r"\bstage\s*\(\s*['\"]([^'\"\n]*)")


def read(tree: Tree) -> Iterator[Pipeline | tuple[str, str]]:
    """Each Jenkinsfile, or the path and reason of one that could not be read."""
    paths = [
        path
        for path in tree.files
        if re.match(r"(Jenkinsfile(\..*)?|.*\.jenkinsfile)$", path.rpartition("/")[2], re.IGNORECASE)
    ]
    for path in paths:
        try:
            yield Pipeline("jenkins", path, tuple(_jobs(tree.text(path, 2**20), path)))
        except UserError as error:
            yield path, str(error)


def _jobs(text: str, path: str) -> Iterator[Job]:
    # Comments are blanked, not cut, so that lines keep their numbers.
    text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    stages = [(found.start(), found[1]) for found in _STAGE.finditer(text)]
    for found in _STEP.finditer(text):
        name = next((label for start, label in reversed(stages) if start < found.start()), "pipeline")
        literal = next(group for group in found.groups() if group is not None)
        line = text.count("\n", 0, found.start(found.lastindex or 0)) + 1
        # `dir('...')` may move a step into a folder, so the folder is known only where there is none.
        folder = None if re.search(r"\bdir\s*\(", text) else ""
        yield Job(name, f"{path}:{line}", (Command(literal, f"{path}:{line}", folder),))
    yield Job("pipeline", f"{path}:1", unseen=(Unseen("Groovy, which is not evaluated", f"{path}:1"),))
