"""What expressions cannot say about Kubernetes: label selectors, owners of pods, restarts, defaults of a namespace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from greenboard.connections.expressions.function import Mistyped, Registry, moment

FUNCTIONS = Registry()
_DAY = timedelta(days=1)
_RESULTS = frozenset({"pass", "fail", "warn", "error", "skip"})
_Judge = Callable[..., Any]


def _documented(judge: _Judge) -> _Judge:
    """Tell objects of another shape than the API documents from bugs of ours."""

    @wraps(judge)
    def guarded(*given: Any) -> Any:
        try:
            return judge(*given)
        except (AttributeError, TypeError):
            raise Mistyped(f"{judge.__name__}: an object of another shape") from None

    return guarded


@FUNCTIONS.add("object", "object", gives="bool", example="selects(spec.selector, metadata.labels)")
@_documented
def selects(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> bool | None:
    """Whether a label selector matches labels; an empty one matches all, one that cannot be told is unknown."""
    verdicts = [labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items()]
    several = selector.get("matchExpressions") or []
    verdicts += [_holds(term, labels) for term in several]
    return False if False in verdicts else None if None in verdicts else True


def _holds(term: Mapping[str, Any], labels: Mapping[str, Any]) -> bool | None:
    key, values = term.get("key"), term.get("values") or []
    if not isinstance(key, str):
        return None
    match term.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return None


@FUNCTIONS.add("object", gives="text", example="owner(metadata)")
@_documented
def owner(metadata: Mapping[str, Any]) -> str:
    """What a pod is of, as `Deployment/checkout`; a pod that nothing controls is of itself."""
    several = metadata.get("ownerReferences") or []
    controller = next((one for one in several if isinstance(one, Mapping) and one.get("controller") is True), None)
    if controller is None:
        return f"Pod/{metadata.get('name')}"
    kind, name = controller.get("kind"), str(controller.get("name"))
    ending = f"-{(metadata.get('labels') or {}).get('pod-template-hash')}"
    if kind == "ReplicaSet" and name.endswith(ending):
        return f"Deployment/{name.removesuffix(ending)}"
    return f"{kind}/{name}"


@FUNCTIONS.add("object", gives="int", timed=True, example="restarts_24h(status)")
@_documented
def restarts_24h(now: datetime, status: Mapping[str, Any]) -> int | None:
    """How often containers of a pod restarted in 24 hours. The API counts since the pod began and tells when
    the last one ended: where that leaves several possible, it is unknown.
    """
    several = status.get("containerStatuses")
    if several is None:
        return 0 if status.get("phase") == "Pending" else None
    young = _within(status.get("startTime"), now)
    counts = [_restarts(one, now, young=young) for one in several if isinstance(one, Mapping)]
    return None if None in counts else sum(one for one in counts if one is not None)


def _restarts(container: Mapping[str, Any], now: datetime, *, young: bool | None) -> int | None:
    count = container.get("restartCount")
    if not isinstance(count, int):
        return None
    if count == 0 or young:
        return count
    ended = ((container.get("lastState") or {}).get("terminated") or {}).get("finishedAt")
    recent = _within(ended, now)
    return 0 if recent is False else 1 if recent and count == 1 else None


def _within(time: object, now: datetime) -> bool | None:
    return None if time is None else now - moment(time) <= _DAY


@FUNCTIONS.add("list", "list", "text", gives="bool", example="gives(limits, ['memory'], 'default')")
@_documented
def gives(limit_ranges: list[Any], wanted: list[Any], part: str) -> bool | None:
    """Whether limit ranges of a namespace give all of some resources to containers that do not ask for them. Where
    they give some of them, it depends on the container: unknown. A limit serves as the request too.
    """
    held: set[str] = set()
    for one in limit_ranges:
        for limit in (one.get("spec") or {}).get("limits") or []:
            if limit.get("type") == "Container":
                held |= set(limit.get(part) or {}) | set(limit.get("default") or {})
    return True if held >= set(wanted) else None if held & set(wanted) else False


@FUNCTIONS.add("any", "any", gives="int", strict=False, example="failures(reports, open_reports)")
@_documented
def failures(*kinds: list[Any] | bool | None) -> int | None:
    """How many policies an object fails by the reports about it; unknown without any, or where one cannot be read."""
    if None in kinds:
        return None
    reports = [one for several in kinds if isinstance(several, list) for one in several]
    results = [result.get("result") for report in reports for result in report.get("results") or ()]
    if not reports or not all(one in _RESULTS for one in results):
        return None
    return results.count("fail")
