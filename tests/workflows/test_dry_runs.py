"""A dry run shows each request as it would be sent, with masks in place of secrets, and sends none."""

from __future__ import annotations

import pytest
from tests.workflows.conftest import saved

from greenboard.access.models import Person
from greenboard.collection import reaching
from greenboard.connections import service as connecting
from greenboard.connections.service import Told
from greenboard.connections.service import Wish as Connect
from greenboard.core import clock
from greenboard.workflows import drying, keeping
from greenboard.workflows.models import Run
from greenboard.workflows.rehearsing import Line
from greenboard.workflows.starting import Wish

STEPS = """
- id: deploy
  do: http
  with:
    {method: POST, url: https://deploy.example.com/runs, query: {dry: 1}, headers: {Authorization: "Bearer ${{ secrets.token }}"},
     body: {version: "${{ inputs.version }}"}}
- {id: look, do: http, with: {connection: jira, url: /rest/api/3/project/SHOP}}
- id: issue
  do: action
  with: {connection: jira, action: issue.create, inputs: {project: SHOP, type: Task, summary: "Deploy ${{ inputs.version }}"}}
- {id: user, do: aws, with: {connection: aws, service: iam, operation: create_user, region: eu-central-1, parameters: {UserName: a}}}
- {id: other, do: aws, with: {connection: aws, service: s3, operation: create_bucket, region: eu-central-1, parameters: {Bucket: b}}}
- {id: inside, do: http, with: {url: "https://169.254.169.254/latest"}}
- {id: gone, do: action, with: {connection: nobody, action: issue.create, inputs: {}}}
"""  # fmt: skip
HEAD = "inputs: {version: {}}\nsecrets: {token: A token}\nentity: none"


@pytest.fixture
def lines(receiver, ada: Person, grace: Person) -> dict[str, Line]:
    reaching._client.cache_clear()
    jira = Told({"url": receiver.url}, {"email": "a@example.com", "token": "a-token-of-jira"})
    connecting.make(Connect("jira", "jira", jira, every=None), clock.now())
    aws = Told({"regions": ["eu-central-1"], "calls": ["iam:*"]}, {"key_id": "a", "key": "b"})
    connecting.make(Connect("aws", "aws", aws, every=None), clock.now())
    keeping.put("token", "the-token-of-the-deployer", ["deploy.example.com"], "test", clock.now())
    found = drying.run(Wish(saved(STEPS, HEAD), {"version": "1.4"}), grace)
    assert receiver.seen == []
    assert not Run.objects.exists()
    return {str(line.path): line for line in found.lines}


def test_a_request_is_shown_with_its_address_headers_and_body(lines: dict[str, Line]) -> None:
    (call,) = lines["deploy"].calls
    assert (call.method, call.url, call.body) == ("POST", "https://deploy.example.com/runs?dry=1", {"version": "1.4"})
    assert call.headers["Authorization"] == "Bearer •••"
    assert call.headers["Idempotency-Key"]


def test_what_goes_through_a_connection_is_shown_at_its_address(lines: dict[str, Line], receiver) -> None:
    (look,) = lines["look"].calls
    assert (look.method, look.url, look.headers["Authorization"]) == (
        "GET", f"{receiver.url}/rest/api/3/project/SHOP", "•••",
    )  # fmt: skip
    issue = lines["issue"].calls[-1]
    assert (issue.method, issue.url) == ("POST", f"{receiver.url}/rest/api/3/issue")
    assert isinstance(issue.body, dict)
    assert issue.body["fields"]["summary"] == "Deploy 1.4"
    assert [one.method for one in lines["issue"].calls[:-1]]  # it looks first whether an earlier attempt made it


def test_what_could_not_be_sent_is_said(lines: dict[str, Line]) -> None:
    assert [call.url for call in lines["user"].calls] == ["iam.create_user in eu-central-1"]
    assert "does not allow s3:createbucket" in lines["other"].refused
    assert "may not be called" in lines["inside"].refused
    assert "nobody" in lines["gone"].refused


def test_the_page_and_the_api_show_them(receiver, grace: Person, client) -> None:
    steps = "- {id: call, do: http, with: {method: PUT, url: 'https://x.example/${{ inputs.a }}', body: {n: 7}}}"
    name = saved(steps, "inputs: {a: {}}")
    client.force_login(grace)
    page = client.post(f"/workflows/{name}", {"input.a": "b", "do": "dry"}).text
    assert "PUT https://x.example/b" in page
    sent = {"content_type": "application/json"}
    told = client.post(f"/api/v1/workflows/{name}/dry-run", {"inputs": {"a": "b"}}, **sent).json()
    assert [one["url"] for one in told["steps"][0]["calls"]] == ["https://x.example/b"]
    assert told["steps"][0]["refused"] == ""
