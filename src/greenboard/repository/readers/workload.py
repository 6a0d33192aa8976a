"""Workloads of the component in Kubernetes manifests, Helm charts and kustomizations."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.repository.kubernetes.belonging import of_component
from greenboard.repository.kubernetes.gather import gather
from greenboard.repository.kubernetes.replaced import replaced_images
from greenboard.repository.kubernetes.workloads import counts, workloads
from greenboard.repository.stages import for_production
from greenboard.repository.told import no_cloud, no_cluster
from greenboard.repository.types import Found, Missed, Reader, Scope


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One item for each workload and environment; nothing where the component has none.

    What is kept for other stages is left out where something is kept for production.
    """
    mine = of_component(scope)
    for failed in mine.failed:
        if not failed.harmless:
            yield Missed("workload", failed.reason, failed.location)
    kept = for_production(filter(counts, mine.objects), lambda item: item.environment)
    named = workloads(kept, gather(scope.tree), replaced_images(scope.tree), mine.complete_for)
    if named:
        places = {key: item.source.at() for key, item in named}
        places |= {f"{key}.{name}": place for key, item in named for name, place in item.places.items()}
        value = [{"name": key, **item.value} for key, item in named]
        yield Found("workload", value, location=named[0][1].source.at(), places=places)
    elif no_cluster(scope) or (no_cloud(scope) and not any(map(counts, mine.objects))):
        yield Found("workload", [], location=scope.component.path)


READER = Reader(name="kubernetes workloads", types=("workload",), about="component", read=read)
