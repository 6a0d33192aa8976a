"""What an account has, from moto's server: a real HTTP interface that answers as AWS does."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx2
import pytest

from greenboard.connections import calling, collecting, configured, discovery, probing
from greenboard.connections.types import Ended, Found, Missed, Seen
from greenboard.integrations.aws import records

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
REGION = "eu-central-1"
KEYS = {"key_id": "testing", "key": "testing"}


@pytest.fixture(scope="module")
def account():
    """An account with something of each service, at an address of this machine."""
    pytest.importorskip("boto3", reason="needs the extra `aws`")
    server = pytest.importorskip("moto.server", reason="needs moto").ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture
def aws(account):
    import boto3

    httpx2.post(f"{account}/moto-api/reset")
    return lambda service: boto3.client(
        service, region_name=REGION, endpoint_url=account, aws_access_key_id="a", aws_secret_access_key="b"
    )


def collected(account, secrets=KEYS, *, work=None, only=None, now=NOW, asked=None, **more):
    settings = {"endpoint": account, "regions": [REGION], **more}
    connection = configured.connection(discovery.found()["aws"], settings, secrets)
    with httpx2.Client() as client:
        caller = calling.caller(connection, client=client, sleep=lambda _: None)

        def call(request):
            if asked is not None:
                asked.append(request.headers.get("Authorization", ""))
            return caller(request)

        return list(collecting.collect(connection, now=now, call=call, work=work, only=only))


def facts(events, name="cloud_resource"):
    """By address, whatever component they are of."""
    found = [one for one in events if isinstance(one, Found) and one.type == name]
    return {item.get("address", item.get("name")).rpartition(":")[2]: item for one in found for item in one.value}


def missed(events):
    return {(one.reason.fault, one.type) for one in events if isinstance(one, Missed)}


TAGS = [{"Key": "service", "Value": "checkout"}, {"Key": "env", "Value": "prod"}]


@pytest.mark.slow
def test_databases_and_tables_say_how_they_are_kept(account, aws):
    aws("rds").create_db_instance(
        DBInstanceIdentifier="orders", DBInstanceClass="db.t3.micro", Engine="postgres", EngineVersion="16.4",
        AllocatedStorage=10, MasterUsername="someone", MasterUserPassword="a password of tests", MultiAZ=True,
        StorageEncrypted=True, BackupRetentionPeriod=14, DeletionProtection=True, PubliclyAccessible=False, Tags=TAGS,
    )  # fmt: skip
    table = aws("dynamodb")
    table.create_table(
        TableName="carts", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], Tags=TAGS,
    )  # fmt: skip
    events = collected(account, services=["rds", "dynamodb"])
    found = facts(events)
    orders = found["orders"]
    assert (orders["kind"], orders["type"]) == ("database", "aws_db_instance")
    assert {**orders, "tags": sorted(orders["tags"])} == {
        **orders, "provider": "aws", "encrypted": True, "public": False, "multi_zone": True, "backup_enabled": True,
        "backup_retention_days": 14, "deletion_protection": True, "engine_version": "16.4", "region": REGION,
        "tags": ["env=prod", "service=checkout"],
    }  # fmt: skip
    assert found["table/carts"]["backup_enabled"] is False
    assert {one.subject.id for one in events if isinstance(one, Found)} == {"checkout"}


@pytest.mark.slow
def test_buckets_say_whether_they_are_open_and_insist_on_tls(account, aws):
    s3 = aws("s3")
    where = {"LocationConstraint": REGION}
    for name in ("closed-bucket", "open-bucket"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    s3.put_bucket_tagging(Bucket="closed-bucket", Tagging={"TagSet": TAGS})
    blocked = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    s3.put_public_access_block(Bucket="closed-bucket", PublicAccessBlockConfiguration=blocked)
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [{**deny, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}
    s3.put_bucket_policy(Bucket="closed-bucket", Policy=json.dumps(policy))
    s3.put_bucket_acl(Bucket="open-bucket", ACL="public-read")
    events = collected(account, services=["s3"])
    found = facts(events)
    assert (found["closed-bucket"]["public"], found["closed-bucket"]["tls"]) == (False, True)
    assert (found["open-bucket"]["public"], found["open-bucket"]["tls"]) == (True, False)
    assert found["open-bucket"]["region"] == REGION
    assert {one.subject.id for one in events if isinstance(one, Seen)} == {"arn:aws:s3:::open-bucket", "checkout"}


@pytest.mark.slow
def test_queues_secrets_and_images_come_with_their_tags(account, aws):
    aws("sqs").create_queue(
        QueueName="bills", Attributes={"SqsManagedSseEnabled": "true"}, tags={"service": "checkout"}
    )
    aws("secretsmanager").create_secret(Name="key", SecretString="not to be read", Tags=TAGS)
    ecr = aws("ecr")
    ecr.create_repository(repositoryName="shop/checkout", imageTagMutability="IMMUTABLE", tags=TAGS)
    layers = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": {}, "layers": []}
    ecr.put_image(repositoryName="shop/checkout", imageManifest=json.dumps(layers), imageTag="4.12.0")
    events = collected(account, services=["sqs", "secretsmanager", "ecr"])
    found = facts(events)
    assert (found["bills"]["encrypted"], found["bills"]["public"], found["bills"]["tls"]) == (True, False, False)
    assert any(one["type"] == "aws_secretsmanager_secret" for one in found.values())
    (image,) = facts(events, "artifact").values()
    assert (image["kind"], image["version"], image["immutable"]) == ("image", "4.12.0", True)
    assert image["digest"].startswith("sha256:")


@pytest.mark.slow
def test_a_balancer_is_sealed_only_when_every_way_in_is(account, aws):
    vpc = aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    nets = [
        aws("ec2").create_subnet(VpcId=vpc, CidrBlock=f"10.0.{at}.0/24", AvailabilityZone=f"{REGION}{zone}")
        for at, zone in enumerate("ab")
    ]
    elb = aws("elbv2")
    subnets = [one["Subnet"]["SubnetId"] for one in nets]
    arn = elb.create_load_balancer(Name="front", Subnets=subnets, Scheme="internet-facing", Tags=TAGS)
    arn = arn["LoadBalancers"][0]["LoadBalancerArn"]
    redirect = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "StatusCode": "HTTP_301"}}
    elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[redirect])
    (front,) = facts(collected(account, services=["elbv2"])).values()
    assert (front["tls"], front["public"], front["multi_zone"], front["kind"]) == (True, True, True, "balancer")
    plain = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=8080, DefaultActions=[plain])
    (front,) = facts(collected(account, services=["elbv2"])).values()
    assert front["tls"] is False


@pytest.mark.slow
def test_all_services_of_an_empty_account_are_read_and_nothing_is_found(account, aws):
    (stated,) = [one for name, one in discovery.found()["aws"].manifest.settings.items() if name == "services"]
    several = [name for name in stated.default if name != "backup"]  # moto does not answer for it
    events = collected(account, services=several)
    assert facts(events) == {}
    assert missed(events) == set()
    (ended,) = [one for one in events if isinstance(one, Ended)]
    assert ended.complete == dict.fromkeys(["cloud_resource", "artifact", "workload", "vulnerability"], True)


@pytest.mark.slow
def test_services_of_containers_say_what_they_ask_for_and_how_many_run(account, aws):
    aws("sqs").create_queue(QueueName="bills", tags={"service": "checkout"})  # moto's tags do not know services of ECS
    ecs = aws("ecs")
    ecs.create_cluster(clusterName="prod")
    shop = {
        "name": "shop",
        "image": "acme/shop:4.12",
        "memory": 512,
        "cpu": 256,
        "user": "1000:1000",
        "essential": True,
    }
    checked = {**shop, "healthCheck": {"command": ["CMD", "true"]}, "readonlyRootFilesystem": True}
    tags = [{"key": "service", "value": "checkout"}]
    for family, containers in (("shop", [checked]), ("bare", [{"name": "bare", "image": "acme/bare", "memory": 128}])):
        ecs.register_task_definition(family=family, containerDefinitions=containers)
        ecs.create_service(
            cluster="prod", serviceName=family, taskDefinition=family, desiredCount=3, tags=tags, launchType="EC2"
        )
    aws("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs", ResourceId="service/prod/shop", ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=2, MaxCapacity=6,
    )  # fmt: skip
    found = facts(collected(account, services=["ecs"]), "workload")
    assert found["prod/shop"] == {
        "name": "prod/shop", "cluster": "prod", "replicas": 3, "ready": found["prod/shop"]["ready"], "requests_set": True,
        "limits_set": True, "liveness": True, "image_pinned": True, "run_as_non_root": True, "privileged": False,
        "read_only_root": True, "scheduled": False, "autoscaled": True, "min_replicas": 2, "max_replicas": 6,
    }  # fmt: skip
    bare = found["prod/bare"]
    assert bare["autoscaled"] is False
    assert (bare["requests_set"], bare["liveness"], bare["image_pinned"]) == (False, False, False)
    assert "run_as_non_root" not in bare


@pytest.mark.slow
def test_an_event_has_one_service_of_one_region_read_again_and_its_components_told(account, aws, tmp_path):
    aws("sqs").create_queue(QueueName="bills", tags={"service": "checkout"})
    aws("secretsmanager").create_secret(Name="key", SecretString="x", Tags=TAGS)
    work, two = tmp_path / "work.sqlite3", ["sqs", "secretsmanager"]
    assert {one.rpartition(":")[2][:4] for one in facts(collected(account, services=two, work=work))} == {
        "bill",
        "key-",
    }
    aws("sqs").create_queue(QueueName="mails", tags={"service": "checkout"})
    aws("sqs").create_queue(QueueName="loose")
    asked: list[str] = []
    events = collected(account, services=two, work=work, only={"services": (f"sqs {REGION}",)}, now=LATER, asked=asked)
    assert {one[:4] for one in facts(events)} == {"bill", "mail", "loos", "key-"}
    assert {one.subject.title for one in events if isinstance(one, Found)} == {"checkout", "loose"}
    assert not [one for one in asked if "secretsmanager" in one]
    queues = aws("sqs")
    queues.delete_queue(QueueUrl=queues.get_queue_url(QueueName="bills")["QueueUrl"])
    events = collected(account, services=two, work=work, only={"services": (f"sqs {REGION}",)}, now=LATER)
    assert {one[:4] for one in facts(events)} == {"mail", "loos", "key-"}


@pytest.mark.slow
def test_a_test_of_the_connection_says_whom_aws_takes_us_for(account, aws):
    settings = {"endpoint": account, "regions": [REGION], "services": ["sqs"]}
    connection = configured.connection(discovery.found()["aws"], settings, KEYS)
    with httpx2.Client() as client:
        probed = probing.probe(connection, now=NOW, call=calling.caller(connection, client=client))
    assert probed.ok
    assert probed.account.startswith("arn:aws:")
    refused = configured.connection(discovery.found()["aws"], {**settings, "endpoint": "http://127.0.0.1:1"}, KEYS)
    with httpx2.Client() as client:
        call = calling.caller(refused, client=client, sleep=lambda _: None)
        probed = probing.probe(refused, now=NOW, call=call)
    assert not probed.ok
    assert next(one for one in probed.checks if one.what == "account").reason.fault == "theirs"


@pytest.mark.slow
def test_a_role_is_taken_on_with_its_external_id(account, aws):
    aws("sqs").create_queue(QueueName="bills", tags={"service": "checkout"})
    role = "arn:aws:iam::123456789012:role/greenboard"
    found = facts(collected(account, {**KEYS, "external_id": "ours"}, role=role, services=["sqs"]))
    assert set(found) == {"bills"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("secrets", "more", "fault"),
    [
        ({}, {}, "ours"),
        (KEYS, {"services": ["rds", "minitel"]}, "ours"),
        (KEYS, {"endpoint": "http://127.0.0.1:1"}, "theirs"),
    ],
)
def test_what_cannot_be_read_is_told_with_a_reason(secrets, more, fault):
    pytest.importorskip("boto3", reason="needs the extra `aws`")
    events = collected("http://127.0.0.1:1", secrets, **more)
    assert facts(events) == {}
    assert (fault, "cloud_resource") in missed(events)


@pytest.mark.slow
def test_a_refusal_of_aws_is_a_missing_permission():
    pytest.importorskip("boto3", reason="needs the extra `aws`")
    refused = {"__type": "AccessDeniedException", "message": "User: x is not authorized to perform: sqs:ListQueues"}

    def answer(_):
        return httpx2.Response(400, json=refused)

    settings = {"endpoint": "http://aws.test", "regions": [REGION], "services": ["sqs"]}
    connection = configured.connection(discovery.found()["aws"], settings, KEYS)
    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    call = calling.caller(connection, client=client, sleep=lambda _: None)
    events = list(collecting.collect(connection, now=NOW, call=call))
    assert any("not authorized to perform" in one.reason.text for one in events if isinstance(one, Missed))
    assert {fault for fault, _ in missed(events)} == {"permission"}


SECRET = "arn:aws:secretsmanager:eu-central-1:1:secret:key"
MACHINE = "i-1"
IMAGES = "arn:aws:ecr:eu-central-1:1:repository/shop"
ANSWERS = {
    "GetTagValues": {"TagValues": ["checkout"]},
    "ListSecrets": {"SecretList": [{"ARN": SECRET, "Name": "key", "Tags": TAGS}]},
    "ListTagsForResource": {"tags": TAGS},
    "/resources": {"Results": [{"ResourceArn": SECRET, "LastBackupTime": 1_795_000_000}]},
    "/coverage/list": {
        "coveredResources": [
            {"resourceId": MACHINE, "resourceType": "AWS_EC2_INSTANCE", "scanType": "PACKAGE", "accountId": "1",
             "lastScannedAt": 1_795_000_000, "scanStatus": {"statusCode": "ACTIVE", "reason": "SUCCESSFUL"},
             "resourceMetadata": {"ec2": {"tags": {"service": "checkout"}}}},
            {"resourceId": f"{IMAGES}/sha256:00", "resourceType": "AWS_ECR_CONTAINER_IMAGE", "scanType": "PACKAGE",
             "accountId": "1", "scanStatus": {"statusCode": "ACTIVE", "reason": "SUCCESSFUL"}},
            {"resourceId": "i-2", "resourceType": "AWS_EC2_INSTANCE", "scanType": "PACKAGE", "accountId": "1",
             "scanStatus": {"statusCode": "INACTIVE", "reason": "NO_INVENTORY"},
             "resourceMetadata": {"ec2": {"tags": {"service": "checkout"}}}},
        ]
    },
    "/findings/list": {
        "findings": [
            {"findingArn": f"arn:finding:{at}", "severity": severity, "firstObservedAt": 1_794_000_000 + at, "fixAvailable": fixed,
             "resources": [{"id": where}]}
            for at, (severity, fixed, where) in enumerate(
                [("CRITICAL", "YES", MACHINE), ("CRITICAL", "NO", MACHINE), ("HIGH", "NO", f"{IMAGES}/sha256:00"),
                 ("UNTRIAGED", "NO", MACHINE), ("HIGH", "NO", "i-2")]
            )
        ]
    },
    "/findings/details/batch/get": {
        "findingDetails": [{"findingArn": "arn:finding:0", "cisaData": {"dateAdded": 1_790_000_000}}, {"findingArn": "arn:finding:1"}],
        "errors": [],
    },
}  # fmt: skip
"""What AWS answers by its references, by operation or path."""


def answered(services):
    def answer(request):
        target = request.headers.get("x-amz-target", "").rpartition(".")[2]
        return httpx2.Response(200, json=ANSWERS[target or request.url.path.rstrip("/")])

    settings = {"endpoint": "http://aws.test", "regions": [REGION], "services": services}
    connection = configured.connection(discovery.found()["aws"], settings, KEYS)
    call = calling.caller(
        connection, client=httpx2.Client(transport=httpx2.MockTransport(answer)), sleep=lambda _: None
    )
    return list(collecting.collect(connection, now=NOW, call=call))


@pytest.mark.slow
def test_what_has_a_copy_is_backed_up_whatever_its_service_says():
    pytest.importorskip("boto3", reason="needs the extra `aws`")
    events = answered(["secretsmanager", "backup"])
    (secret,) = facts(events).values()
    assert (secret["backup_enabled"], secret["last_backup_at"]) == (
        True,
        datetime.fromtimestamp(1_795_000_000, UTC),
    )
    assert missed(events) == set()
    (secret,) = facts(answered(["secretsmanager"])).values()
    assert "backup_enabled" not in secret


@pytest.mark.slow
def test_what_is_scanned_is_told_by_component_and_kind_with_what_is_open():
    pytest.importorskip("boto3", reason="needs the extra `aws`")
    events = answered(["inspector2"])
    assert missed(events) == set()
    items = {item["kind"]: item for one in events if isinstance(one, Found) for item in one.value}
    packages, images = items["sca"], items["container"]
    assert (packages["open_critical"], packages["open_high"], packages["fixable_critical"]) == (2, 0, 1)
    assert packages["oldest_critical_at"] == datetime.fromtimestamp(1_794_000_000, UTC)
    assert packages["last_scan_at"] == datetime.fromtimestamp(1_795_000_000, UTC)
    assert (packages["known_exploited"], images["known_exploited"]) == (1, 0)
    assert (images["open_critical"], images["open_high"], images["scanned"]) == (0, 1, True)
    assert "last_scan_at" not in images


EVERYBODY = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sqs:*"}


@pytest.mark.parametrize(
    ("statement", "open_to_all"),
    [
        (EVERYBODY, True),
        ({**EVERYBODY, "Principal": {"AWS": ["*", "arn:aws:iam::1:root"]}}, True),
        ({**EVERYBODY, "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:::x"}}}, None),
        ({**EVERYBODY, "Principal": {"AWS": "arn:aws:iam::1:root"}}, False),
        ({**EVERYBODY, "Effect": "Deny"}, False),
    ],
)
def test_a_policy_admits_everybody_only_where_nothing_narrows_it(statement, open_to_all):
    assert records.admits_everyone(records.statements(json.dumps({"Statement": statement}))) is open_to_all


def test_a_policy_for_all_but_some_is_not_taken_for_a_closed_one():
    somebody = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:root"}}
    all_but_one = {"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::1:root"}}
    assert records.admits_everyone([somebody]) is False
    assert records.admits_everyone([somebody, all_but_one]) is None
    assert records.admits_everyone([all_but_one, {"Effect": "Allow", "Principal": "*"}]) is True
