"""Which scanners the pre-commit configuration runs, by the repositories and names of its hooks."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.core import yaml
from greenboard.core.errors import UserError
from greenboard.repository.tree import Tree

CONFIGS = (".pre-commit-config.yaml", ".pre-commit-config.yml")
SECRET_HOOKS = {
    "gitleaks": "gitleaks", "gitleaks-docker": "gitleaks", "gitleaks-system": "gitleaks",
    "detect-secrets": "detect-secrets",
    "trufflehog": "trufflehog", "git-secrets": "git-secrets", "talisman-commit": "talisman",
    "talisman-push": "talisman",
    "ggshield": "gitguardian", "ggshield-push": "gitguardian", "whispers": "whispers", "ripsecrets": "ripsecrets",
    "detect-private-key": "detect-private-key", "kingfisher": "kingfisher", "noseyparker": "noseyparker",
}  # fmt: skip
SECURITY_HOOKS = {
    "bandit": "bandit", "semgrep": "semgrep", "checkov": "checkov", "checkov_container": "checkov",
    "terraform_tfsec": "tfsec",
    "terraform_checkov": "checkov", "terraform_trivy": "trivy", "trivyfs": "trivy", "trivy": "trivy", "gosec": "gosec",
    "go-sec-mod": "gosec", "python-safety-dependencies-check": "safety", "pip-audit": "pip-audit", "snyk": "snyk",
    "osv-scanner": "osv-scanner", "zizmor": "zizmor", "hadolint-none": "hadolint", "kics-scan": "kics",
}  # fmt: skip


def hooks(document: yaml.Document) -> Iterator[tuple[str, str]]:
    """Each hook of a pre-commit configuration with its place."""
    repos = document.data.get("repos") if isinstance(document.data, dict) else None
    for at, repo in enumerate(repos if isinstance(repos, list) else ()):
        listed = repo.get("hooks") if isinstance(repo, dict) else None
        for index, hook in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(hook, dict) and isinstance(hook.get("id"), str):
                yield hook["id"], document.at("repos", at, "hooks", index)


def scanners(tree: Tree) -> Iterator[tuple[str, str]]:
    """The scanners that pre-commit runs, with their places; nothing from a file that cannot be read."""
    for path in CONFIGS:
        try:
            documents = tree.yaml(path) if tree.has(path) else []
        except UserError:
            continue
        for document in documents:
            for hook, place in hooks(document):
                tool = SECRET_HOOKS.get(hook) or SECURITY_HOOKS.get(hook)
                # A check for private keys alone is not a search for secrets in general.
                if tool and tool != "detect-private-key":
                    yield tool, place
