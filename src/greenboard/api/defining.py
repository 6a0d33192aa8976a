"""Fact types of one's own: their JSON Schema read, looked at, saved and retired."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from greenboard.api import answers, facts, schemas, written
from greenboard.api.bulk import pointed
from greenboard.api.facts import NoFactType, fact_type_shown
from greenboard.api.guard import EDIT, PREVIEW, READ, author
from greenboard.api.problems import mistakes
from greenboard.api.query import Word
from greenboard.api.shapes import Strict
from greenboard.api.shown import Json
from greenboard.core import clock
from greenboard.core.errors import UserErrors, suggest
from greenboard.facts import custom, definitions, json_schema
from greenboard.results import defining
from greenboard.results.defining import Change

router = Router(tags=["Facts"])
_TYPE = "/fact-types/{name}"


class SchemaGiven(Strict):
    """A fact type as a JSON Schema (docs/fact-types.md)."""

    schema_: dict[str, Any] = Field(alias="schema")


class SchemaSaved(SchemaGiven):
    """A version, and the `digest` of the one that it is based on; "" for a type that is new."""

    based_on: str = ""
    note: str = Field(default="", max_length=500)


class SchemaRetired(Strict):
    """The `digest` of the version that was looked at."""

    based_on: str
    note: str = Field(default="", max_length=500)


class SchemaShown(BaseModel):
    """A fact type as a JSON Schema. `digest` names the version, "" where it was not defined here."""

    schema_: dict[str, Any] = Field(alias="schema", serialization_alias="schema")
    digest: str
    defined: bool
    retired: bool


class SchemaChecked(BaseModel):
    """What a schema comes to; `breaks` are the rules that would no longer compile, with the reason."""

    ok: bool
    errors: list[written.Mistake]
    breaks: list[schemas.BrokenRule]
    fact_type: schemas.FactType | None


@facts.router.get(f"{_TYPE}/schema", auth=READ, response=SchemaShown, by_alias=True)
def fact_type_schema(request: HttpRequest, name: Path[Word]) -> HttpResponse:
    """A fact type as a JSON Schema: as it was saved, or written from what ships."""
    types = custom.refresh().types
    if name not in types:
        raise NoFactType(f"no fact type {name!r}", hint=suggest(name, types))
    held = definitions.current(name)
    schema = json.loads(held.text) if held else json_schema.write(types[name].model_dump())
    told = {
        "schema": schema,
        "digest": defining.digest(held.text) if held else "",
        "defined": held is not None,
        "retired": types[name].retired,
    }
    return answers.kept(request, told)


@facts.router.post(f"{_TYPE}/check", auth=PREVIEW, response=SchemaChecked)
def check_fact_type(request: HttpRequest, name: Path[Word], said: SchemaGiven) -> Json:  # noqa: ARG001 - as above
    """What a schema would define, what is wrong with it, and which rules it would break. Nothing is saved."""
    looked = defining.look(pointed(said.schema_, "/schema"), name)
    broken = [{"scorecard": one.scorecard.name, "rule": one.rule.id, "reason": one.reason} for one in looked.broken]
    return {
        "ok": not looked.errors and not looked.broken,
        "errors": mistakes(UserErrors(looked.errors)) if looked.errors else [],
        "breaks": broken,
        "fact_type": fact_type_shown(looked.declared) if looked.declared else None,
    }


@facts.router.put(_TYPE, auth=EDIT, response=schemas.FactType)
def define_fact_type(request: HttpRequest, name: Path[Word], said: SchemaSaved) -> HttpResponse:
    """Define a fact type, or change one that was defined here. Refused where rules would break."""
    text = json.dumps(said.schema_, indent=2, ensure_ascii=False)
    declared = defining.save(_change(request, name, said), text, pointed(said.schema_, "/schema"))
    return answers.told(fact_type_shown(declared))


@facts.router.delete(_TYPE, auth=EDIT, response={204: None})
def retire_fact_type(request: HttpRequest, name: Path[Word], said: SchemaRetired) -> HttpResponse:
    """Take no more facts of a type that was defined here. Its past stays. Refused while rules read it."""
    defining.retire(_change(request, name, said))
    return HttpResponse(status=204)


def _change(request: HttpRequest, name: str, said: SchemaSaved | SchemaRetired) -> Change:
    return Change(name, said.based_on, author(request), clock.now(), said.note)
