"""The component's Kubernetes objects as a whole: API versions, quotas, TLS of ingresses."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.repository.kubernetes.belonging import of_component
from greenboard.repository.kubernetes.whole import describe
from greenboard.repository.stages import for_production
from greenboard.repository.told import no_cluster
from greenboard.repository.types import Found, Missed, Reader, Scope


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact where the component has objects, and what could not be read."""
    mine = of_component(scope)
    for failed in mine.failed:
        yield Missed("kubernetes", failed.reason, failed.location)
    objects = for_production(mine.objects, lambda item: item.environment)
    if objects:
        value, places = describe(objects, complete=not mine.failed)
        yield Found("kubernetes", value, location=objects[0].at(), places=places)
    elif no_cluster(scope):
        yield Found(
            "kubernetes", {"objects": 0, "plain_ingresses": 0, "tls_ingresses": 0}, location=scope.component.path
        )


READER = Reader(name="kubernetes objects", types=("kubernetes",), about="component", read=read)
