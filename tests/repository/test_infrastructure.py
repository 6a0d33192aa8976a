"""Terraform, CloudFormation, firewalls and environments: literal values and documented defaults only."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenboard.core.errors import UserError
from greenboard.facts.vocabulary import load
from greenboard.repository.readers.cloud_resource import READER as CLOUD
from greenboard.repository.readers.environment import READER as ENVIRONMENT
from greenboard.repository.readers.iac import READER as IAC
from greenboard.repository.readers.network import READER as NETWORK
from greenboard.repository.stages import environment_of, stage_of
from greenboard.repository.terraform.blocks import UNKNOWN, Module, _cut
from greenboard.repository.types import Found, Missed

MAIN = """\
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.0" }
  }
  backend "s3" {}
}

variable "encrypt" {
  default = true
}

variable "zones" {}

resource "aws_db_instance" "main" {
  storage_encrypted       = var.encrypt
  multi_az                = var.zones
  backup_retention_period = 7
}

resource "aws_s3_bucket" "files" {
  bucket = "files-${var.zones}"
}

resource "aws_s3_bucket_public_access_block" "files" {
  bucket                  = aws_s3_bucket.files.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_lb_listener" "web" {
  protocol = "HTTP"
  default_action {
    type = "forward"
  }
}
"""
PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n}\n'


def single(reader: Any, scope: Any) -> Any:
    found = [said for said in reader.read(scope) if isinstance(said, Found)]
    for said in found:
        load().normalise(said.type, said.value)
    return found[0] if found else None


def test_resources_are_read_with_places(repo, scope):
    found = single(CLOUD, scope(repo({"infra/main.tf": MAIN})))
    items = {item["address"]: item for item in found.value}
    assert items["infra/aws_db_instance.main"] == {
        "address": "infra/aws_db_instance.main",
        "provider": "aws",
        "kind": "database",
        "type": "aws_db_instance",
        "encrypted": True,
        "public": False,
        "backup_enabled": True,
        "backup_retention_days": 7,
        "deletion_protection": False,
    }
    assert items["infra/aws_s3_bucket.files"]["public"] is False
    assert items["infra/aws_lb_listener.web"]["tls"] is False
    assert found.places["infra/aws_db_instance.main.backup_enabled"] == "infra/main.tf:17"


def test_terraform_as_a_whole(repo, scope):
    (item,) = single(IAC, scope(repo({"infra/main.tf": MAIN}))).value
    assert item == {"tool": "terraform", "files": 1, "resources": 4, "state_remote": True, "providers_pinned": True}


@pytest.mark.parametrize(
    ("text", "pinned"),
    [
        ('terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}', False),
        ('module "a" {\n  source = "git::https://example.org/a.git"\n}', False),
        ('module "a" {\n  source = "git::https://example.org/a.git?ref=v1"\n}', True),
        ('module "a" {\n  source  = "acme/a/aws"\n  version = "1.0"\n}', True),
        ('module "a" {\n  source = "./a"\n}', None),
        (PROVIDER + 'module "a" {\n  source  = "acme/a/aws"\n  version = ">= 1.0"\n}', False),
        (PROVIDER + 'module "a" {\n  source  = "acme/a/aws"\n  version = ">= 1.0, < 2"\n}', True),
        ('module "a" {\n  source  = "acme/a/aws"\n  version = ">= 1.0"\n}', True),
    ],
)
def test_bounds_on_versions(repo, scope, text, pinned):
    (item,) = single(IAC, scope(repo({"main.tf": text + "\n"}))).value
    assert item.get("providers_pinned") is pinned


def test_a_copy_takes_its_encryption_from_its_source(repo, scope):
    text = 'resource "aws_db_instance" "copy" {\n  replicate_source_db = "x"\n}\n'
    (item,) = single(CLOUD, scope(repo({"main.tf": text}))).value
    assert "encrypted" not in item


DATABASE = """\
variable "safe" {
  default = %s
}
resource "aws_db_instance" "main" {
  storage_encrypted = var.safe
}
"""
CALL = 'module "%s" {\n  source = "./db"\n  safe   = %s\n}\n'


@pytest.mark.parametrize(
    ("files", "encrypted"),
    [
        ({"main.tf": PROVIDER + DATABASE % "true"}, True),
        ({"main.tf": DATABASE % "true"}, None),  # A module for others to call: theirs to set.
        ({"main.tf": PROVIDER + DATABASE % "true", "prod.tfvars": "safe = false\n"}, None),
        ({"main.tf": CALL % ("a", "false"), "db/main.tf": DATABASE % "true"}, False),
        ({"main.tf": CALL % ("a", "true") + CALL % ("b", "false"), "db/main.tf": DATABASE % "true"}, None),
        ({"main.tf": PROVIDER + CALL % ("a", "var.x"), "db/main.tf": DATABASE % "true"}, None),
    ],
)
def test_variables_come_to_what_nobody_can_change(repo, scope, files, encrypted):
    (item,) = single(CLOUD, scope(repo(files))).value
    assert item.get("encrypted") is encrypted


def test_stores_of_production_are_judged_where_it_is_named(repo, scope):
    store = 'resource "aws_db_instance" "%s" {\n  storage_encrypted = true\n}\n'
    tree = repo({f"environments/{name}/main.tf": store % name for name in ("dev", "prod")})
    assert [item["address"] for item in single(CLOUD, scope(tree)).value] == ["environments/prod/aws_db_instance.prod"]


def test_a_resource_that_is_a_chart_has_no_cloud(repo, scope):
    chart = {"Chart.yaml": "name: a\n", "templates/s.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"}
    tree = repo(chart)
    assert single(CLOUD, scope(tree, kind="resource")).value == []
    assert single(NETWORK, scope(tree, kind="resource")).value == {"policies": 0}
    assert single(CLOUD, scope(tree)) is None
    claim = "apiVersion: rds.aws.crossplane.io/v1\nkind: DBInstance\nmetadata: {name: a}\n"
    assert single(CLOUD, scope(repo({**chart, "templates/db.yaml": claim}), kind="resource")) is None


def test_broken_terraform_is_said(repo, scope):
    (missed,) = CLOUD.read(scope(repo({"main.tf": 'resource "aws_s3_bucket" "b" {\n  bucket =\n}\n'})))
    assert isinstance(missed, Missed)
    assert missed.location.startswith("main.tf:2:")


FIREWALL = """\
resource "aws_security_group" "web" {
  ingress {
    from_port   = %s
    to_port     = %s
    protocol    = "tcp"
    cidr_blocks = [%s]
  }
}
"""


@pytest.mark.parametrize(
    ("rule", "opened"),
    [
        (("22", "22", '"0.0.0.0/0"'), ["aws_security_group.web: 22"]),
        (("443", "443", '"0.0.0.0/0"'), []),
        (("0", "65535", '"0.0.0.0/0"'), ["aws_security_group.web: 0-65535"]),
        (("22", "22", '"10.0.0.0/8"'), []),
        (("22", "22", "var.office"), None),
        (("var.port", "var.port", '"0.0.0.0/0"'), None),
    ],
)
def test_what_is_open_to_the_world(repo, scope, rule, opened):
    found = single(NETWORK, scope(repo({"main.tf": FIREWALL % rule})))
    assert found.value["policies"] == 1
    assert found.value.get("open_to_world") == opened


def test_a_policy_that_refuses_by_default(repo, scope):
    text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny}\nspec: {podSelector: {}}\n"
    found = single(NETWORK, scope(repo({"k8s/deny.yaml": text})))
    assert found.value == {"policies": 1, "open_to_world": [], "default_deny": True}


def test_after_a_partial_look_only_what_is_open_is_said(repo, scope):
    text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny}\nspec: {podSelector: {}}\n"
    broken = "apiVersion: v1\nkind: X\n  bad: {{ .x }}\n"
    tree = repo({"k8s/deny.yaml": text, "k8s/broken.yaml": broken})
    assert single(NETWORK, scope(tree)).value == {"policies": 1}
    door = FIREWALL % ("22", "22", '"0.0.0.0/0"')
    found = single(NETWORK, scope(repo({"main.tf": door, "k8s/broken.yaml": broken})))
    assert found.value == {"policies": 1, "open_to_world": ["aws_security_group.web: 22"]}


POD = """\
apiVersion: v1
kind: Pod
metadata: {name: shop, namespace: shop}
spec: {containers: [{name: a, image: a}]}
"""


@pytest.mark.parametrize(
    ("where", "spec", "denied"),
    [
        ("shop", "podSelector: {}", True),
        ("other", "podSelector: {}", False),
        ("shop", "podSelector: {}, policyTypes: [Egress]", False),
        ("shop", "podSelector: {}, ingress: [{}]", False),
        ("shop", "podSelector: {}, ingress: [{ports: [{port: 80}]}]", True),
    ],
)
def test_traffic_is_refused_by_policies_of_the_workloads_namespace(repo, scope, where, spec, denied):
    head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
    policy = head + f"metadata: {{name: p, namespace: {where}}}\nspec: {{{spec}}}\n"
    found = single(NETWORK, scope(repo({"k8s/pod.yaml": POD, "k8s/policy.yaml": policy})))
    assert found.value["default_deny"] is denied


STACK = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Data:
    Type: AWS::RDS::DBInstance
    Properties: {StorageEncrypted: true, MultiAZ: !Ref Zones, BackupRetentionPeriod: 0}
  Door:
    Type: AWS::EC2::SecurityGroup
    Properties:
      SecurityGroupIngress: [{CidrIp: 0.0.0.0/0, FromPort: 22, ToPort: 22, IpProtocol: tcp}]
"""


def test_cloudformation(repo, scope):
    tree = repo({"stack.yaml": STACK})
    (item,) = single(CLOUD, scope(tree)).value
    assert (item["address"], item["encrypted"], item["backup_enabled"]) == ("stack.yaml:Data", True, False)
    assert "multi_zone" not in item
    assert single(NETWORK, scope(tree)).value["open_to_world"] == ["Door: 22"]
    assert single(IAC, scope(tree)).value == [{"tool": "cloudformation", "files": 1, "resources": 2}]


def test_tools_that_are_only_noted(repo, scope):
    files = {"Pulumi.yaml": "", "cdk.json": "{}", "main.bicep": "", "compose.yaml": "", "ansible.cfg": ""}
    assert {item["tool"] for item in single(IAC, scope(repo(files))).value} == {
        "pulumi",
        "cdk",
        "bicep",
        "compose",
        "ansible",
    }


def test_environments(repo, scope):
    files = {
        "chart/Chart.yaml": "name: a\n",
        "chart/values-staging.yaml": "",
        "infra/prod.tfvars": "",
        "infra/environments/qa/main.tf": "",
        "compose.dev.yaml": "",
        ".github/workflows/x.yml": "jobs:\n  a: {environment: live}\n  b: {environment: {name: '${{ x }}'}}\n",
    }
    found = single(ENVIRONMENT, scope(repo(files)))
    assert {item["name"]: item["stage"] for item in found.value} == {
        "staging": "staging",
        "prod": "production",
        "qa": "test",
        "dev": "development",
        "live": "production",
    }
    assert found.places["live"] == ".github/workflows/x.yml:2"


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("prod", "production"),
        ("eu-prod-1", "production"),
        ("preprod", "staging"),
        ("nonprod", "other"),
        ("blue", "other"),
    ],
)
def test_stages(name, stage):
    assert stage_of(name) == stage


def test_environments_of_paths():
    assert environment_of("k8s/overlays/blue/x.yaml") == "blue"
    assert environment_of("k8s/prod/x.yaml") == "prod"
    assert environment_of("k8s/base/x.yaml") == ""


def test_nothing_is_said_where_nothing_is(repo, scope):
    tree = repo({"README.md": "hello\n"})
    assert [list(reader.read(scope(tree))) for reader in (CLOUD, ENVIRONMENT, IAC, NETWORK)] == [[], [], [], []]


_PIECES = [
    "resource",
    '"aws_lb"',
    '"b"',
    "{",
    "}",
    "\n",
    "a",
    "=",
    '"${var.x}"',
    "[",
    "]",
    "<<EOF\n",
    "1",
    "true",
    "var.a",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=25))
def test_any_terraform_is_read_or_refused(pieces):
    module = Module("")
    try:
        for block in _cut('resource "aws_lb" "a" {\n' + " ".join(pieces) + "\n}\n", "x.tf", module):
            assert block.get("a") is not None or block.get("a") in (None, UNKNOWN)
    except UserError:
        pass
