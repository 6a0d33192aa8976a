"""What a look at a tree's objects gives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from greenboard.repository.kubernetes.objects import Object


@dataclass(frozen=True)
class Failed:
    """A file or part of a file that could not be read; `home` says where it belongs.

    `apart` marks what can hide objects of its own but nothing about the workloads that were found;
    `harmless` what holds no workloads at all (a template of a Secret).
    """

    home: str
    reason: str
    location: str
    apart: bool = False
    harmless: bool = False

    def touches(self, item: Object) -> bool:
        """Whether what failed reaches the cluster together with an object."""
        plain = not self.home.lower().endswith(
            ("chart.yaml", "kustomization.yaml", "kustomization.yml", "kustomization")
        )
        return plain if item.tool == "plain" else self.home == item.home


@dataclass(frozen=True)
class Gathered:
    """What a tree declares, and what of it could not be read."""

    objects: tuple[Object, ...] = ()
    failed: tuple[Failed, ...] = ()

    @cached_property
    def companions(self) -> tuple[Object, ...]:
        """The objects that say something about workloads beside them: autoscalers, budgets, policies, limits."""
        kinds = ("HorizontalPodAutoscaler", "ScaledObject", "PodDisruptionBudget", "LimitRange")
        return tuple(item for item in self.objects if item.kind in kinds or item.kind.endswith("NetworkPolicy"))

    def complete_for(self, item: Object) -> bool:
        """Whether nothing was missed that could stand beside one workload: in its chart, its kustomization,
        or, for plain manifests, in another plain file.
        """
        return all(failed.apart or not failed.touches(item) for failed in self.failed)

    @property
    def complete(self) -> bool:
        """Whether nothing was missed that could stand beside the workloads found."""
        return all(item.apart for item in self.failed)
