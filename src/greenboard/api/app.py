"""The API as a whole: its operations, joined. Each names the permission that it needs."""

from __future__ import annotations

from collections.abc import Iterator

from ninja import Router
from ninja.operation import Operation

from greenboard.api import (
    attestations,
    backtest,
    badges,
    campaigns,
    catalog,
    channels,
    chat,
    collections,
    connections,
    defining,
    drafts,
    edits,
    exemptions,
    facts,
    grants,
    handles,
    holes,
    hooks,
    idempotency,
    inbox,
    integrations,
    keys,
    log,
    me,
    openapi,
    past_reviews,
    people,
    plugins,
    reference,
    reporting,
    reports,
    results,
    reviews,
    scaffold_makings,
    scaffolds,
    sparse,
    standards,
    words,
    workflow_runs,
    workflows,
    writing,
)
from greenboard.api.guard import Needs
from greenboard.api.problems import Api, Strict

ROUTERS: tuple[Router, ...] = (
    catalog.router,
    defining.router,
    facts.router,
    reports.router,
    reporting.router,
    results.router,
    # Before those in whose addresses a name stands at the same place.
    drafts.router,
    backtest.router,
    standards.router,
    edits.router,
    words.router,
    writing.router,
    campaigns.router,
    hooks.router,
    inbox.router,
    channels.router,
    chat.router,
    me.router,
    exemptions.router,
    integrations.router,
    attestations.router,
    connections.router,
    collections.router,
    scaffolds.router,
    scaffold_makings.router,
    workflows.router,
    workflow_runs.router,
    people.router,
    handles.router,
    holes.router,
    badges.router,
    plugins.router,
    grants.router,
    keys.router,
    log.router,
    past_reviews.router,
    reviews.router,
    reference.router,
)

# The framework's own pages about the API load from other hosts; ours are in `reference`.
api = Api(
    title="Greenboard",
    version="1",
    description=openapi.ABOUT,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    parser=Strict(),
)


def operations() -> Iterator[tuple[str, Operation]]:
    """Every operation with its path."""
    for router in ROUTERS:
        for path, view in router.path_operations.items():
            yield from ((path, operation) for operation in view.operations)


def unguarded() -> list[str]:
    """The operations that name no permission: there must be none."""
    return [
        f"{' '.join(operation.methods)} {path}"
        for path, operation in operations()
        if not operation.auth_callbacks or not all(isinstance(one, Needs) for one in operation.auth_callbacks)
    ]


for _, each in operations():
    idempotency.offer(each)
    sparse.offer(each)
for router in ROUTERS:
    api.add_router("", router)
