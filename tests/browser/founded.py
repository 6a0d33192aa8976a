"""`python -m tests.browser.founded`: two people, a service, and connections to the AWS, Jira and deployer of a test.

`python -m tests.browser.founded RUN STEP` prints the path of the link with which a letter asks the second person.
"""

import os
import sys
from pathlib import Path

from tests.browser.company import NAME, OTHER, PASSWORD

SECOND, THIRD = "grace", OTHER
REGION = "eu-central-1"
CALLS = ["iam:*", "secretsmanager:*", "s3:*", "sqs:PurgeQueue"]
ASKING = """\
name: hand-in
title: Hand in a report
about: Takes a report, has a second person look at it, and sends it on.
entity: none
inputs:
  report: {title: The report, type: file, about: What the auditor sent., media: [application/pdf], largest: 100000}
  ways: {title: For whom, type: several, choices: [developers, auditors, customers]}
  urgent: {title: It is urgent, type: switch, required: false}
  why: {title: Why it is urgent, when: "${{ inputs.urgent == true }}", longest: 1000}
  names: {title: Names, type: list, required: false}
  due: {title: Due, type: date, required: false}
  password: {title: Password of the archive, type: secret, required: false}
steps:
  - {id: look, title: A second person looks at it, do: approve, with: {text: Is it complete?, people: [grace]}}
  - {id: send, title: Send it on, do: http, with: {url: "TOOLS/reports", method: POST, file: report}}
"""


MOVING = """\
name: move
title: Move a customer
about: Asks when it suits, moves them, and has a second person look at it.
entity: none
steps:
  - id: when
    title: When does it suit?
    do: ask
    with:
      text: The customer is away for up to an hour.
      people: ["${{ run.by }}"]
      fields: {day: {type: date, title: Day}, size: {type: choice, title: Size, choices: [small, large]}, why: {title: Why}}
  - {id: move, title: Move them, do: http, with: {url: "TOOLS/move", method: POST, body: {day: "${{ steps.when.outputs.day }}"}}}
  - {id: survey, title: Send the survey, do: http, with: {url: "TOOLS/survey", method: POST}}
  - {id: look, title: A second person looks at it, do: approve, with: {text: Are they well?, people: [grace]}}
outputs: {day: "${{ steps.when.outputs.day }}", by: "${{ steps.look.outputs.by[0] }}"}
"""


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
    from greenboard.plugins import installation
    from greenboard.workflows import keeping
    from greenboard.workflows import service as workflows

    now = clock.now()
    Person.objects.create_superuser(NAME, password=PASSWORD)
    for name in (SECOND, THIRD):
        person = Person.objects.create_user(name, password=PASSWORD)
        Grant.objects.create(role=Role.objects.get(name="maintainer"), person=person, scope="", created_at=now)
    team, checkout = Ref("team", "default", "shop"), Ref("service", "default", "checkout")
    owns = Relation(RelationKind.OWNS, team, checkout)
    catalog.save(Declared((Entity(team), Entity(checkout, tier=1)), (owns,)), now, cause="test")
    aws = Told({"endpoint": os.environ["AWS"], "regions": [REGION], "calls": CALLS}, {"key_id": "a", "key": "b"})
    service.make(Wish("aws", "aws", aws, every=None), now)
    jira = Told({"url": os.environ["TOOLS"]}, {"email": "a@example.com", "token": "a-token-of-jira"})
    service.make(Wish("jira", "jira", jira, every=None), now)
    keeping.put("deployer_token", "the-token-of-the-deployer", ["127.0.0.1"], "test", now)
    for text in (ASKING, MOVING):
        workflows.save(workflows.Change(text.replace("TOOLS", os.environ["TOOLS"]), 0, NAME, ""), "")
    installation.switch("example", enabled=False, by=NAME)  # its frame comes from another host


def link(run, path):
    """The path of the link in a letter to the second person."""
    from greenboard.project import running
    from greenboard.project.environment import Environment

    running.prepare(Path(Environment.read().data_dir), sample=False)
    from greenboard.access.models import Person
    from greenboard.notifications import answering
    from greenboard.notifications.types import Case, Letter
    from greenboard.workflows import telling
    from greenboard.workflows.models import Step

    asked = telling.reference(Step.objects.get(run=run, path=path))
    case = Case("", "", "", "", "", "", "", answer=asked)
    letter = Letter("1", "", "", "", (case,), 1, "", "", "")
    return answering.signed(letter, Person.objects.get(username=SECOND).pk, 1, "https://b").cases[0].answer_url[9:]


if __name__ == "__main__":
    print(link(*sys.argv[1:])) if sys.argv[1:] else write()
