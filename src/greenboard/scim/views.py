"""The operations of SCIM."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from scim2_models import Context, ListResponse, PatchOp, ResponseParameters, SearchRequest

from greenboard.access.models import Person as Account
from greenboard.core import clock
from greenboard.identity import provisioning
from greenboard.identity.models import Group as GroupRow
from greenboard.scim import finding, resources
from greenboard.scim.description import MOST, PROVIDER, Group, Person
from greenboard.scim.guard import Refused, answer, provisions


@provisions
def people(request: HttpRequest) -> HttpResponse:
    """Search for people, or make one."""
    expect(request, "GET", "POST")
    if request.method == "GET":
        return _listed(request, Person, finding.people)
    said = Person.model_validate(body(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    made = provisioning.create(resources.profile(said), clock.now())
    return _shown(request, finding.person(_person(str(made.pk)), base(request)), Person, made=True)


@provisions
def person(request: HttpRequest, key: str) -> HttpResponse:
    """Read, replace, change or delete a person."""
    expect(request, "GET", "PUT", "PATCH", "DELETE")
    account = _person(key, lock=request.method != "GET")
    present = finding.person(account, base(request))
    if (unchanged := _condition(request, present)) is not None:
        return unchanged
    if request.method == "DELETE":
        provisioning.remove(account, clock.now())
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    wanted = _wanted(request, Person, present)
    if wanted is not None:
        provisioning.change(account, resources.profile(wanted), clock.now())
        present = finding.person(_person(key), base(request))
    return _shown(request, present, Person)


@provisions
def groups(request: HttpRequest) -> HttpResponse:
    """Search for groups, or make one."""
    expect(request, "GET", "POST")
    if request.method == "GET":
        return _listed(request, Group, finding.groups)
    said = Group.model_validate(body(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    made = provisioning.make_group(
        said.display_name or "", said.external_id or "", resources.members(said), clock.now()
    )
    return _shown(request, finding.group(made, base(request)), Group, made=True)


@provisions
def group(request: HttpRequest, key: str) -> HttpResponse:
    """Read, replace, change or delete a group."""
    expect(request, "GET", "PUT", "PATCH", "DELETE")
    row = _group(key)
    present = finding.group(row, base(request))
    if (unchanged := _condition(request, present)) is not None:
        return unchanged
    if request.method == "DELETE":
        provisioning.remove_group(row, clock.now())
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    wanted = _wanted(request, Group, present)
    if wanted is not None:
        members = resources.members(wanted)
        provisioning.change_group(row, wanted.display_name or "", wanted.external_id or "", members, clock.now())
        present = finding.group(_group(key), base(request))
    return _shown(request, present, Group)


@provisions
def search(request: HttpRequest, among: str = "") -> HttpResponse:
    """Search by POST, for searches that are too long or too private for an address."""
    expect(request, "POST")
    model: Any = {"Users": Person, "Groups": Group}.get(among, Person | Group)
    asked = SearchRequest[model].model_validate(body(request), scim_ctx=Context.SEARCH_REQUEST)
    if among:
        found = (finding.people if among == "Users" else finding.groups)(asked, base(request))
        return _list(found, asked, model)
    # Over both kinds: people first, then groups, as if they were one list.
    whole = asked.model_copy(update={"start_index": 1, "count": MOST})
    pages = [finding.people(whole, base(request)), finding.groups(whole, base(request))]
    several = asked.sort([one for page in pages for one in page.resources])
    start = asked.start_index or 1
    count = len(several) if asked.count is None else asked.count
    page = finding.Page(sum(page.total for page in pages), start, several[start - 1 : start - 1 + count])
    return _list(page, asked, model)


@provisions
def configuration(request: HttpRequest) -> HttpResponse:
    """What the service can do."""
    expect(request, "GET")
    assert PROVIDER.config is not None
    return answer(PROVIDER.config.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))


@provisions
def described(request: HttpRequest, what: str, key: str = "") -> HttpResponse:
    """The schemas, or the types of resources: all, or one by its id."""
    expect(request, "GET")
    if "filter" in request.GET:
        raise Refused(HTTPStatus.FORBIDDEN, "There is nothing to filter here.")
    several: tuple[Any, ...] = PROVIDER.schemas if what == "Schemas" else PROVIDER.resource_types
    if key:
        one = next((one for one in several if one.id == key), None)
        if one is None:
            raise Refused(HTTPStatus.NOT_FOUND, f"There is no {key!r}.")
        return answer(one.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))
    model = type(several[0])
    listed = ListResponse[model](  # type: ignore[valid-type]
        total_results=len(several), items_per_page=len(several), start_index=1, resources=list(several)
    )
    return answer(listed.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))


@provisions
def nothing(request: HttpRequest, path: str) -> HttpResponse:  # noqa: ARG001 - the address is what is wrong
    """Whatever else is asked for."""
    raise Refused(HTTPStatus.NOT_FOUND, f"Nothing is at {path!r}.")


def expect(request: HttpRequest, *methods: str) -> None:
    if request.method not in methods:
        refused = Refused(HTTPStatus.METHOD_NOT_ALLOWED, f"{request.method} is not possible here.")
        refused.response["Allow"] = ", ".join(methods)
        raise refused


def base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/scim/v2")


def body(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise Refused(HTTPStatus.BAD_REQUEST, "The body is not JSON.", "invalidSyntax") from None


def _person(key: str, *, lock: bool = False) -> Account:
    rows = provisioning.people()
    found = rows.filter(pk=int(key)).first() if key.isdecimal() and len(key) <= 18 else None
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, f"There is no person {key!r}.")
    if lock:
        Account.objects.select_for_update().get(pk=found.pk)
        found = rows.filter(pk=found.pk).first()
        if found is None:
            raise Refused(HTTPStatus.NOT_FOUND, f"There is no person {key!r} any more.")
    return found


def _group(key: str) -> GroupRow:
    found = provisioning.group_of(key)
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, f"There is no group {key!r}.")
    return GroupRow.objects.select_for_update().get(pk=found.pk)


def _condition(request: HttpRequest, present: Any) -> HttpResponse | None:
    """The answer where a condition of the request already decides it."""
    version = str(present.meta.version)
    if (known := request.headers.get("If-None-Match")) and request.method == "GET" and _among_tags(known, version):
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": version})
    if (wanted := request.headers.get("If-Match")) and not _among_tags(wanted, version):
        raise Refused(HTTPStatus.PRECONDITION_FAILED, "It was changed meanwhile.")
    return None


def _among_tags(text: str, version: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in text.split(",")}
    return "*" in tags or version.removeprefix("W/") in tags


def _wanted(request: HttpRequest, model: Any, present: Any) -> Any:
    """What a resource is to become; None where the request only reads or changes nothing."""
    if request.method == "GET":
        return None
    if request.method == "PUT":
        wanted = model.model_validate(body(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
        wanted.replace(present)
        return wanted
    patch = PatchOp[model].model_validate(body(request), scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    changed = present.model_copy(deep=True)
    return changed if patch.patch(changed) else None


def _shown(request: HttpRequest, resource: Any, model: Any, *, made: bool = False) -> HttpResponse:
    contexts = {
        "POST": Context.RESOURCE_CREATION_RESPONSE,
        "PUT": Context.RESOURCE_REPLACEMENT_RESPONSE,
        "PATCH": Context.RESOURCE_PATCH_RESPONSE,
    }
    asked = ResponseParameters[model].model_validate(_asked(request, "attributes", "excludedAttributes"))
    context = contexts.get(request.method or "", Context.RESOURCE_QUERY_RESPONSE)
    told = answer(resource.model_dump(scim_ctx=context, response_parameters=asked), 201 if made else 200)
    told["ETag"], told["Location"] = str(resource.meta.version), str(resource.meta.location)
    return told


_SEARCH = ("attributes", "excludedAttributes", "filter", "sortBy", "sortOrder", "startIndex", "count")


def _listed(request: HttpRequest, model: Any, find: Callable[[SearchRequest[Any], str], finding.Page]) -> HttpResponse:
    asked = SearchRequest[model].model_validate(_asked(request, *_SEARCH))
    return _list(find(asked, base(request)), asked, model)


def _list(page: finding.Page, asked: SearchRequest[Any], model: Any) -> HttpResponse:
    listed = ListResponse[model](
        total_results=page.total,
        start_index=page.start,
        items_per_page=len(page.resources),
        resources=list(page.resources),
    )
    return answer(listed.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=asked))


def _asked(request: HttpRequest, *names: str) -> dict[str, str]:
    return {name: request.GET[name] for name in names if name in request.GET}
