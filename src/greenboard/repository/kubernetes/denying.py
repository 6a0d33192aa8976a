"""Whether network policies refuse what none of them allows. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from greenboard.repository.kubernetes.objects import Object
from greenboard.repository.kubernetes.pods import is_workload, pods_of
from greenboard.repository.kubernetes.related import beside, denies_by_default, guarded, narrows


def default_deny(mine: Sequence[Object], policies: Sequence[Object], *, whole: bool) -> bool | None:
    """Whether every workload is under a policy (what no policy allows is then refused); None without
    policies, and after a partial look.
    """
    if not policies or not whole:
        return None
    closing = [policy for policy in policies if narrows(policy)]
    verdicts = []
    for item in mine:
        pods = pods_of(item) if is_workload(item) else None
        if pods is not None:
            verdicts.append(guarded(pods.labels, list(beside(item, closing)))[0])
    if not verdicts and any(denies_by_default(policy) for policy in policies):
        return True
    if not verdicts or None in verdicts:
        return None
    return all(verdicts)
