"""The five founding workflows from the form to the end: AWS as moto answers, a Jira, a deployer that calls back."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from tests.workflows.conftest import go, later, receiving, start
from tests.workflows.jira import Jira

from greenboard.access.models import Person
from greenboard.catalog import store as catalog
from greenboard.collection import reaching
from greenboard.connections import service as connecting
from greenboard.connections.service import Told
from greenboard.connections.service import Wish as Connect
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.outbound.addresses import Allowed
from greenboard.workflows import answering, keeping, service
from greenboard.workflows.answering import Said
from greenboard.workflows.models import Kept, Run
from greenboard.workflows.service import Answer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
REGION = "eu-central-1"
CALLS = ["iam:*", "secretsmanager:*", "s3:*", "sqs:PurgeQueue"]


@pytest.fixture(scope="module")
def account():
    pytest.importorskip("boto3", reason="needs the extra `aws`")
    server = pytest.importorskip("moto.server", reason="needs moto").ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(account, settings, db):
    """Clients of the account, which is connected."""
    import boto3
    import httpx2

    httpx2.post(f"{account}/moto-api/reset")
    settings.OUTBOUND_ALLOW = Allowed.read(["127.0.0.1", "0.0.0.0"])
    reaching._client.cache_clear()
    told = Told({"endpoint": account, "regions": [REGION], "calls": CALLS}, {"key_id": "a", "key": "b"})
    connecting.make(Connect("aws", "aws", told), clock.now())
    yield lambda name: boto3.client(
        name, region_name=REGION, endpoint_url=account, aws_access_key_id="a", aws_secret_access_key="b"
    )
    reaching._client.cache_clear()


def agree(run: Run, by: Person) -> Run:
    service.answer(run.pk, "approval", Answer(), by)
    return go(run)


def test_an_aws_call_is_made_where_the_connection_allows_it(aws, grace) -> None:
    queue = aws("sqs").create_queue(QueueName="orders")["QueueUrl"]
    aws("sqs").send_message(QueueUrl=queue, MessageBody="x")
    parameters = json.dumps({"QueueUrl": queue})
    run = start("call-aws", grace, service="sqs", operation="purge_queue", parameters=parameters)
    assert run.state == "done", run.error
    assert "Messages" not in aws("sqs").receive_message(QueueUrl=queue)
    refused = start("call-aws", grace, service="sqs", operation="delete_queue", parameters=parameters)
    assert "does not allow sqs:deletequeue" in refused.error


def test_a_bucket_is_provisioned_and_declared(aws, ada, grace, checkout) -> None:
    run = agree(start("provision-resource", ada, checkout, bucket="shop-receipts", purpose="receipts"), grace)
    assert run.state == "done", run.error
    s3 = aws("s3")
    assert s3.get_public_access_block(Bucket="shop-receipts")["PublicAccessBlockConfiguration"]["BlockPublicAcls"]
    assert {"Key": "service", "Value": "checkout"} in s3.get_bucket_tagging(Bucket="shop-receipts")["TagSet"]
    found = catalog.find(Ref("resource", "default", "shop-receipts"))
    assert found is not None
    assert str(found.owner) == "team:default/shop"


def test_a_bucket_goes_again_where_it_cannot_be_declared(aws, ada, grace, checkout) -> None:
    from greenboard.catalog.types import Declared, Entity
    from greenboard.core.errors import Place

    taken = Entity(Ref("resource", "default", "shop-receipts"), place=Place("greenboard.yaml"))
    catalog.save(Declared((taken,)), clock.now(), cause="test")
    run = agree(start("provision-resource", ada, checkout, bucket="shop-receipts", purpose="receipts"), grace)
    assert run.state == "failed"
    assert aws("s3").list_buckets()["Buckets"] == []


KEY = {"group": "readers", "hours": "2", "reason": "An incident."}


def test_a_key_is_assigned_and_taken_back_with_every_other_of_its_user(aws, ada, grace, monkeypatch) -> None:
    iam = aws("iam")
    iam.create_group(GroupName="readers")
    run = agree(start("assign-access-key", ada, person="ada", **KEY), grace)
    assert run.state == "waiting", run.error
    (user,) = iam.list_users()["Users"]
    kept = json.loads(aws("secretsmanager").get_secret_value(SecretId=f"greenboard/ada/{run.key}")["SecretString"])
    assert kept["secret_access_key"]
    iam.create_access_key(UserName=user["UserName"])  # as a crash in between would leave one
    client = Client()
    client.force_login(ada)
    assert kept["secret_access_key"] not in client.get(f"/workflow-runs/{run.pk}").content.decode()
    assert later(run, monkeypatch, hours=3).state == "done", run.error
    assert iam.list_users()["Users"] == []
    assert aws("secretsmanager").list_secrets()["SecretList"] == []
    assert not Kept.objects.exists()


def test_a_key_is_taken_back_when_the_run_is_cancelled(aws, ada, grace) -> None:
    aws("iam").create_group(GroupName="readers")
    run = agree(start("assign-access-key", ada, person="ada", **KEY), grace)
    service.cancel(run.pk, "found another way", ada)
    assert go(run).state == "cancelled"
    assert run.error == "found another way"
    assert aws("iam").list_users()["Users"] == []
    assert aws("secretsmanager").list_secrets()["SecretList"] == []


def test_a_service_is_deployed_by_a_deployer_that_calls_back(receiver, ada, grace, checkout) -> None:
    keeping.put("deployer_token", "the-token-of-the-deployer", ["127.0.0.1"], "test", clock.now())
    given = {"version": "1.4.0", "environment": "production", "deployer": f"{receiver.url}/runs"}
    run = agree(start("deploy-service", ada, checkout, **given), grace)
    (sent,) = receiver.at("/runs")
    assert (sent.body["version"], sent.headers["authorization"]) == ("1.4.0", "Bearer the-token-of-the-deployer")
    answering.take(
        sent.body["callback"].rpartition("/")[2], Said("success", "deployed", {"link": "https://d.example/7"})
    )
    assert go(run).outputs == {"version": "1.4.0", "link": "https://d.example/7"}


@pytest.fixture
def jira(settings, db):
    """A connected Jira."""
    settings.OUTBOUND_ALLOW = Allowed.read(["127.0.0.1"])
    reaching._client.cache_clear()
    with receiving(Jira()) as made:
        told = Told({"url": made.url}, {"email": "a@example.com", "token": "a-token-of-jira"})
        connecting.make(Connect("jira", "jira", told), clock.now())
        yield made
    reaching._client.cache_clear()


def test_an_issue_is_created_in_jira_once_although_its_answer_was_lost(jira, ada, checkout, monkeypatch) -> None:
    jira.lost = 1
    given = {"project": "SHOP", "summary": "Add a runbook", "description": "It lacks one.", "due": "2026-12-24"}
    run = start("create-jira-issue", ada, checkout, **given)
    assert run.state == "waiting", run.error
    run = later(run, monkeypatch, minutes=5)
    assert run.outputs is not None, run.error
    assert run.outputs["key"] == "SHOP-1"
    (issue,) = jira.issues
    assert (issue["fields"]["summary"], issue["fields"]["duedate"]) == ("Add a runbook", "2026-12-24")
    assert "It lacks one. Asked for by ada for service:default/checkout." in json.dumps(issue["fields"]["description"])


def test_what_jira_refuses_is_told(jira, ada, checkout) -> None:
    run = start("create-jira-issue", ada, checkout, project="A", summary="Add a runbook")
    assert (run.state, "does not match" in run.error) == ("held", True), run.error
    assert jira.issues == []
