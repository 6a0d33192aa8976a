"""What a pipeline says of itself in its variables: the commit that it builds, and where its run can be seen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Template

_COMMITS = (
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
    "BUILD_SOURCEVERSION",
    "BITBUCKET_COMMIT",
    "BUILDKITE_COMMIT",
    "CIRCLE_SHA1",
    "GIT_COMMIT",
)
_RUNS = (
    "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID",
    "$CI_JOB_URL",
    "$SYSTEM_COLLECTIONURI$SYSTEM_TEAMPROJECT/_build/results?buildId=$BUILD_BUILDID",
    "$BITBUCKET_GIT_HTTP_ORIGIN/pipelines/results/$BITBUCKET_BUILD_NUMBER",
    "$BUILDKITE_BUILD_URL",
    "$CIRCLE_BUILD_URL",
    "$BUILD_URL",
)
"""GitHub Actions, GitLab CI, Azure Pipelines, Bitbucket Pipelines, Buildkite, CircleCI, Jenkins: by their documents."""


def commit(variables: Mapping[str, str]) -> str:
    """The commit that is built, "" where nothing says it."""
    told = (variables.get(name, "") for name in _COMMITS)
    return next((one for one in told if re.fullmatch(r"[0-9a-f]{7,64}", one)), "")


def run(variables: Mapping[str, str]) -> str:
    """The page of the run, "" where nothing says it."""
    told = {name: value for name, value in variables.items() if value}
    for template in map(Template, _RUNS):
        if all(name in told for name in template.get_identifiers()):
            found = template.substitute(told)
            if re.fullmatch(r"https?://[!-~]{1,1990}", found):
                return found
    return ""
