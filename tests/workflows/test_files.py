"""Files as inputs: looked at by their bytes, kept with the run, sent as they are, and given to those who see the run."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.workflows.conftest import go, person, saved

from greenboard.workflows.models import Run

PDF = b"%PDF-1.7 a report"
HEAD = "entity: none\ninputs: {report: {type: file, media: [application/pdf], largest: 100}}"


@pytest.fixture
def send(receiver, ada, client):
    """Start a run by the form, with a file."""
    name = saved(f"- {{id: a, do: http, with: {{url: {receiver.url}/x, method: POST, file: report}}}}", HEAD)
    client.force_login(ada)
    return lambda content, title: client.post(
        f"/workflows/{name}", {"input.report": SimpleUploadedFile(title, content), "do": "start"}
    )


def test_a_file_is_sent_as_it_is_and_given_to_those_who_see_the_run(send, receiver, client):
    assert send(PDF, "../report.pdf").status_code == 302
    run = go(Run.objects.get())
    assert run.state == "done", run.error
    assert (receiver.at("/x")[0].body, receiver.at("/x")[0].headers["content-type"]) == (
        PDF.decode(),
        "application/pdf",
    )
    assert (run.inputs["report"]["name"], run.inputs["report"]["size"]) == ("report.pdf", len(PDF))
    given = client.get(f"/workflow-runs/{run.pk}/files/report")
    assert given.content == PDF
    assert given.headers["Content-Disposition"].startswith("attachment")
    client.force_login(person("eve"))
    assert client.get(f"/workflow-runs/{run.pk}/files/report").status_code == 404


def test_a_file_that_was_handed_in_while_the_form_changed_is_not_asked_for_again(ada, client):
    head = (
        f"{HEAD.removesuffix('}')}, urgent: {{type: switch, required: false}}, due: {{type: date, required: false}}}}"
    )
    name = saved("- {id: a, do: transform, with: {values: {x: '1'}}}", head)
    client.force_login(ada)
    form = client.post(
        f"/workflows/{name}/fields", {"input.report": SimpleUploadedFile("a.pdf", PDF), "shown": ""}
    ).text
    number = re.search(r'type="hidden" name="input.report" value="(\d+)"', form)[1]
    answer = client.post(f"/workflows/{name}", {"input.report": [number, ""], "input.due": "", "do": "start"})
    assert answer.status_code == 302, answer.text
    assert Run.objects.get().inputs["report"]["name"] == "a.pdf"


@pytest.mark.parametrize(
    ("content", "title", "said"),
    [
        (PDF + b"x" * 200, "report.pdf", "too large"),
        (b"plain words", "report.txt", "of another kind than is asked for"),
        (b"<svg onload=alert(1)>", "report.pdf", "begins like HTML"),
        (b"plain words", "report.pdf", "which its name does not say"),
    ],
)
def test_what_is_no_such_file_starts_nothing_and_is_told(send, content, title, said):
    answer = send(content, title)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert not Run.objects.exists()
