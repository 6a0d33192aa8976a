"""`python -m tests.browser.founded`: two people, a service, and connections to the AWS, Jira and deployer of a test."""

import os
from pathlib import Path

from tests.browser.company import NAME, PASSWORD

SECOND = "grace"
REGION = "eu-central-1"
CALLS = ["iam:*", "secretsmanager:*", "s3:*", "sqs:PurgeQueue"]


def write():
    from greenboard.project import running
    from greenboard.project.environment import Environment

    running.prepare(Path(Environment.read().data_dir), sample=False)
    from greenboard.access.models import Grant, Person, Role
    from greenboard.catalog import store as catalog
    from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
    from greenboard.connections import service
    from greenboard.connections.service import Told, Wish
    from greenboard.core import clock
    from greenboard.core.refs import Ref
    from greenboard.workflows import keeping

    now = clock.now()
    Person.objects.create_superuser(NAME, password=PASSWORD)
    second = Person.objects.create_user(SECOND, password=PASSWORD)
    Grant.objects.create(role=Role.objects.get(name="maintainer"), person=second, scope="", created_at=now)
    team, checkout = Ref("team", "default", "shop"), Ref("service", "default", "checkout")
    owns = Relation(RelationKind.OWNS, team, checkout)
    catalog.save(Declared((Entity(team), Entity(checkout, tier=1)), (owns,)), now, cause="test")
    aws = Told({"endpoint": os.environ["AWS"], "regions": [REGION], "calls": CALLS}, {"key_id": "a", "key": "b"})
    service.make(Wish("aws", "aws", aws, every=None), now)
    jira = Told({"url": os.environ["TOOLS"]}, {"email": "a@example.com", "token": "a-token-of-jira"})
    service.make(Wish("jira", "jira", jira, every=None), now)
    keeping.put("deployer_token", "the-token-of-the-deployer", ["127.0.0.1"], "test", now)


if __name__ == "__main__":
    write()
