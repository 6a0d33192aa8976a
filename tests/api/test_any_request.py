"""Whatever a client may send, good or bad, is answered as the description says: schemathesis over every operation."""

import copy

import hypothesis
import pytest
import schemathesis
from schemathesis import Case
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance
from tests.api.conftest import CARD

from greenboard.api import reference
from greenboard.core import clock
from greenboard.facts.store import vocabulary
from greenboard.project.wsgi import application
from greenboard.results import service
from greenboard.scorecards.store import standard

QUIET = [hypothesis.HealthCheck(check) for check in hypothesis.HealthCheck]
FEW, MANY = 2, 300


def look(token: str, examples: int) -> None:
    """Send examples of every operation, and hold every answer against the description."""
    document = copy.deepcopy(dict(reference.document()))
    document["components"].pop("securitySchemes")
    for path in document["paths"].values():
        for told in path.values():
            told.pop("security")
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


@pytest.fixture
def judged(company):
    service.evaluate(standard(CARD, vocabulary()), clock.now())


@pytest.mark.slow
def test_a_few_requests_of_every_kind_are_answered_as_described(judged, token, settings):
    look(token, FEW)


@pytest.mark.slow
def test_very_many_requests_of_every_kind_are_answered_as_described(judged, token, settings):
    look(token, MANY)
