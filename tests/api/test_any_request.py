"""Whatever a client may send, good or bad, is answered as the description says: schemathesis over every operation."""

import copy
import os
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis import Case
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance
from tests.api.conftest import CARD

from greenboard.access import tokens
from greenboard.access.models import Person
from greenboard.access.permissions import About, Permission
from greenboard.api import app, guard, reference
from greenboard.core import clock
from greenboard.facts.store import vocabulary
from greenboard.project.wsgi import application
from greenboard.results import service
from greenboard.scorecards.store import standard

QUIET = [hypothesis.HealthCheck(check) for check in hypothesis.HealthCheck]
FEW, MANY = 2, int(os.environ.get("GREENBOARD_TEST_EXAMPLES", "100"))


def described(tag: str = "") -> dict[str, Any]:
    """The description without its ways to sign in: of all operations, or of those with a tag."""
    document = copy.deepcopy(dict(reference.document()))
    document["components"].pop("securitySchemes")
    for path in document["paths"].values():
        for method in [method for method, told in path.items() if tag and tag not in told["tags"]]:
            del path[method]
        for told in path.values():
            told.pop("security")
    document["paths"] = {name: path for name, path in document["paths"].items() if path}
    return document


def look(document: dict[str, Any], token: str, examples: int) -> None:
    """Send examples of every operation, and hold every answer against the description."""
    schema = schemathesis.openapi.from_dict(document)
    schema.app = application
    schema.config.base_url = "http://localhost"
    wrong = [
        f"{operation.label}, {mode.value}:\n{problem}"
        for operation in (result.ok() for result in schema.get_all_operations())
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        if (problem := _problem(operation, mode, token, examples))
    ]
    assert not wrong, "\n\n".join(wrong)


def _problem(operation: APIOperation, mode: GenerationMode, token: str, examples: int) -> str:
    """What an operation answers otherwise than described; "" for nothing."""
    # What is stated may be refused for what it says: of kinds, entities and fact types that there are not.
    left_out = [] if operation.method == "get" else [positive_data_acceptance]

    @hypothesis.settings(
        max_examples=examples, deadline=None, suppress_health_check=QUIET, database=None, derandomize=True
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def answered(case: Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=left_out)

    try:
        answered()
    except hypothesis.errors.Unsatisfiable:
        return ""  # there is no bad request of an operation without parameters
    except FailureGroup as error:
        return str(error)
    return ""


@pytest.fixture(autouse=True)
def _as_often_as_it_likes(monkeypatch):
    monkeypatch.setattr(guard._buckets, "rate", 0)


@pytest.fixture
def token(administrator) -> str:
    """A token that may everything that a token may, so that no operation refuses before it has looked."""
    person = Person.objects.get(username="grace")
    may = tuple(one for one in Permission if one.about is not About.SELF)
    return tokens.make(person, tokens.Wish("everything", may), person)[1]


@pytest.fixture
def judged(company):
    service.evaluate(standard(CARD, vocabulary()), clock.now())


@pytest.mark.slow
def test_a_few_requests_of_every_kind_are_answered_as_described(judged, token):
    look(described(), token, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("tag", sorted({one for router in app.ROUTERS for one in router.tags or ()}))
def test_very_many_requests_of_every_kind_are_answered_as_described(judged, token, tag):
    look(described(tag), token, MANY)
