"""Services of ECS, by what their task definitions ask for and how many of them run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from greenboard.connections.types import Record
from greenboard.integrations.aws.records import console, pairs
from greenboard.integrations.aws.session import Clients

_MOST = 10
"""So many services one call describes."""
_ROOT = frozenset({"0", "root"})


def ecs(clients: Clients, region: str) -> Iterator[Record]:
    """Services of all clusters."""
    client = clients.of("ecs", region)
    scaled = dict(_scaled(clients, region))
    tasks: dict[str, Mapping[str, Any]] = {}
    for cluster in _pages(client, "list_clusters", "clusterArns"):
        names = list(_pages(client, "list_services", "serviceArns", cluster=cluster))
        for start in range(0, len(names), _MOST):
            part = names[start : start + _MOST]
            for one in client.describe_services(cluster=cluster, services=part, include=["TAGS"])["services"]:
                task = one["taskDefinition"]
                if task not in tasks:
                    tasks[task] = client.describe_task_definition(taskDefinition=task)["taskDefinition"]
                yield {
                    **_service(one, tasks[task], region),
                    **scaled.get(_target(one["serviceArn"]), {"autoscaled": False}),
                }


def _scaled(clients: Clients, region: str) -> Iterator[tuple[str, Record]]:
    """By service, within which bounds Application Auto Scaling keeps it (DescribeScalableTargets)."""
    pages = clients.of("application-autoscaling", region).get_paginator("describe_scalable_targets")
    for page in pages.paginate(ServiceNamespace="ecs"):
        for one in page["ScalableTargets"]:
            if one["ScalableDimension"] == "ecs:service:DesiredCount":
                bounds: Record = {
                    "autoscaled": True,
                    "min_replicas": one["MinCapacity"],
                    "max_replicas": one["MaxCapacity"],
                }
                yield one["ResourceId"], bounds


def _target(arn: str) -> str:
    """What Application Auto Scaling calls a service: service/CLUSTER/NAME, as its ARN ends."""
    return arn.rpartition(":")[2]


def _pages(client: Any, call: str, items: str, **more: Any) -> Iterator[str]:
    for page in client.get_paginator(call).paginate(**more):
        yield from page[items]


def _service(one: Mapping[str, Any], task: Mapping[str, Any], region: str) -> Record:
    cluster = str(one["clusterArn"]).rpartition("/")[2]
    return {
        "about": "workload",
        "arn": one["serviceArn"],
        "name": f"{cluster}/{one['serviceName']}",
        "region": region,
        "link": console(one["serviceArn"], region),
        "tags": pairs(one.get("tags"), "key", "value"),
        "cluster": cluster,
        # A service that runs on each machine is not told a number.
        "replicas": None if one.get("schedulingStrategy") == "DAEMON" else one.get("desiredCount"),
        "ready": one.get("runningCount"),
        **_asked(task),
    }


def _asked(task: Mapping[str, Any]) -> dict[str, bool | None]:
    """What the containers of a task ask for; a field holds when it holds for every one."""
    several: Sequence[Mapping[str, Any]] = task.get("containerDefinitions") or ()
    main = [one for one in several if one.get("essential", True)]
    cpu, memory = bool(task.get("cpu")), bool(task.get("memory"))
    if not several:
        return {}
    return {
        "requests_set": all(
            (cpu or one.get("cpu")) and (memory or one.get("memory") or one.get("memoryReservation")) for one in several
        ),
        "limits_set": all(memory or one.get("memory") for one in several),
        "liveness": all(one.get("healthCheck") for one in main),
        "image_pinned": all(_tagged(str(one.get("image"))) for one in several),
        "run_as_non_root": _non_root([one.get("user") for one in several]),
        "privileged": any(one.get("privileged") for one in several),
        "read_only_root": all(one.get("readonlyRootFilesystem") for one in several),
    }


def _tagged(image: str) -> bool:
    name, _, digest = image.partition("@")
    return bool(digest) or name.rpartition("/")[2].partition(":")[2] not in ("", "latest")


def _non_root(users: Sequence[str | None]) -> bool | None:
    """Where a definition names no user, that of the image counts, which is not known here."""
    named = [str(user).partition(":")[0] for user in users if user]
    if any(user in _ROOT for user in named):
        return False
    return True if len(named) == len(users) else None
