"""Folders whose files are not what a component runs: tests, examples, vendored code, samples."""

from __future__ import annotations

import re

_SAMPLE = re.compile(
    r"(?:^|/)(?:\.git|\.github|\.devcontainer|\.vscode|vendor|node_modules|third[_-]?party|site-packages|\.terraform"
    r"|tests?|__tests__|testing|testdata|test-data|test[-_]fixtures?|fixtures?|e2e|integration[-_]tests?|spec|mocks?"
    r"|examples?|samples?|demos?|docs?|documentation|hack|tutorials?|benchmarks?|playground|snapshots?|__snapshots__)/",
    re.IGNORECASE,
)
# `overlays/test/` is an environment called test, not a folder of tests.
_ENVIRONMENT = re.compile(
    r"((?:^|/)(?:overlays?|environments?|envs?|clusters?|stages?|deploy|k8s|kubernetes|kustomize)/)(?:test|testing|demo|e2e)/",
    re.IGNORECASE,
)


def is_sample(path: str, *, below: str = "") -> bool:
    """Whether a file lies in a folder of samples or tests.

    `below` is the component's own folder (with its closing slash): what lies above it does not
    count, so that a component that is itself kept in `examples/` is read as any other.
    """
    return _SAMPLE.search(_ENVIRONMENT.sub(r"\1", path.removeprefix(below))) is not None
