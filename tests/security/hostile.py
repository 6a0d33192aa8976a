"""A company whose every word is meant to do harm: descriptors of both forms, facts of every type, a rule, accounts.

`python -m tests.security.hostile` writes it into GREENBOARD_DATA_DIR, for the browser.
"""

import dataclasses
import json
from datetime import timedelta
from itertools import cycle

from greenboard.core import clock

SCRIPT = "<script>alert(1)</script>"
HARM = (
    f"\"'><img src=x onerror=alert(1)>{SCRIPT}<svg onload=alert(1)></textarea></title>{{{{7*7}}}}{{% debug %}}&lt;b&gt;"
)
MARKUP = (
    f"[go](javascript:alert(1)) <a href=javascript:alert(1)>x</a> ![x](x) {HARM}\n\n<iframe src=//x.example></iframe>"
)
ADDRESSES = ("javascript:alert(1)", f"https://x.example/{HARM}", "data:text/html,<script>alert(1)</script>")
LINKS = (f"https://x.example/\"'>{SCRIPT}", f"docs/\"'>{SCRIPT}")
"""Addresses that a descriptor may give; the others it may not, and facts do."""
NAME = "hostile"

SERVICE = {
    "kind": "service",
    "name": NAME,
    "namespace": "default",
    "title": HARM,
    "description": HARM,
    "owner": "hostile-team",
    "tier": 1,
    "lifecycle": "production",
    "system": "hostile-system",
    "part_of": "service:hostile-whole",
    "tags": [HARM, "harm,less"],
    "links": [{"kind": "other", "url": url, "title": HARM} for url in LINKS],
    "contacts": dict.fromkeys(("chat", "email", "phone", "escalation", "person", "other"), HARM),
    "depends_on": ["service:default/hostile-whole"],
    "provides": ["hostile-api"],
    "consumes": ["hostile-other-api"],
    "external_dependencies": [{"name": HARM, "critical": True, "slo_pct": 99.9}],
    "data_classification": "restricted",
    "repository": "hostile-repository",
    "path": f"a/{HARM.replace('/', '')}",
    "annotations": {HARM: HARM, "tool.example/login": HARM},
    "properties": {HARM: HARM, "harm": HARM, "list": [HARM]},
}
NATIVE = {
    "kinds": [{"name": "oddity", "title": HARM, "description": HARM}],
    "entities": [
        SERVICE,
        {"kind": "service", "name": "hostile-whole", "tier": 3, "title": HARM, "domain": "hostile-domain"},
        {
            "kind": "oddity",
            "name": "hostile-oddity",
            "title": HARM,
            "description": HARM,
            "owner": "person:hostile-person",
        },
        {"kind": "team", "name": "hostile-team", "title": HARM, "description": HARM, "members": ["hostile-person"]},
        {
            "kind": "person",
            "name": "hostile-person",
            "title": HARM,
            "contacts": {"email": HARM},
            "teams": ["hostile-team"],
        },
        {
            "kind": "system",
            "name": "hostile-system",
            "title": HARM,
            "description": HARM,
            "domain": "hostile-domain",
            "owner_inherited": "append",
        },
        {"kind": "domain", "name": "hostile-domain", "title": HARM, "description": HARM, "owner": "hostile-team"},
    ],
}
BACKSTAGE = {
    "apiVersion": "backstage.io/v1alpha1",
    "kind": "Component",
    "metadata": {
        "name": "hostile-backstage",
        "title": HARM,
        "description": HARM,
        "tags": [HARM],
        "links": [{"url": url, "title": HARM, "type": HARM, "icon": HARM} for url in LINKS],
        "labels": {HARM: HARM},
        "annotations": {HARM: HARM, "github.com/user-login": HARM},
    },
    "spec": {
        "type": HARM,
        "lifecycle": HARM,
        "owner": "hostile-team",
        "system": "hostile-system",
        "profile": {"displayName": HARM, "email": HARM},
        "definition": HARM,
        HARM: HARM,
    },
}


def declared():
    """What the descriptors declare, as a repository's would."""
    from greenboard.catalog import descriptors
    from greenboard.catalog.types import Declared

    texts = {"greenboard.yaml": NATIVE, "catalog-info.yaml": BACKSTAGE}
    return Declared.joined([descriptors.read(json.dumps(data), path) for path, data in texts.items()])


def facts(entities, at):
    """A fact of every type about each entity, with harm in every text, and a gap beside it."""
    from greenboard.facts.store import vocabulary
    from greenboard.facts.types import Fact, Gap, Source, SourceKind

    told, missed, addresses = [], [], cycle(ADDRESSES)
    for ref in entities:
        for name, kind in vocabulary().types.items():
            if kind.open:
                continue
            raw = {field: _value(found, at) for field, found in kind.fields.items()}
            value = vocabulary().normalise(name, [raw] if kind.many else raw)
            source = Source(SourceKind.REPORT, HARM, HARM, HARM[:60], next(addresses))
            told.append(Fact(ref, name, value, source, at))
            missed.append(Gap(ref, name, HARM, dataclasses.replace(source, name=f"{HARM} gone"), at))
    return told, missed


def _value(field, at):
    kind = field.type.element or field.type
    one = {
        "bool": False,
        "int": 7,
        "float": 7.5,
        "string": field.values[0] if field.values else HARM,
        "timestamp": clock.format_time(at - timedelta(days=1)),
        "duration": 60,
    }[kind.value]
    return [one] if field.type.element else one


def build():
    """Write it all; give the references of the entities."""
    from greenboard.catalog import store as catalog
    from greenboard.facts import service
    from greenboard.facts.described import describe
    from greenboard.results import service as results
    from greenboard.web import content

    at = clock.now() - timedelta(days=2)
    found = declared()
    catalog.save(found, at, cause=HARM)
    service.record(describe(catalog.declared(at), at, complete=True), [], at)
    judged = [entity.ref for entity in found.entities]
    results.evaluate(content.scorecards()[0], at)
    said, missed = facts(judged[:2], at + timedelta(days=1))
    service.record(said, missed, at + timedelta(days=1))
    results.evaluate(content.scorecards()[0], at + timedelta(days=1))
    people()
    attested()
    rule()
    results.evaluate(content.scorecards()[0], clock.now())
    return judged


def attested():
    """What the boss attests of the service, in the words of everything else; then it is revoked, in the same words."""
    from io import BytesIO

    from greenboard.access.models import Person
    from greenboard.attestations import files, service
    from greenboard.attestations.permitting import Acting
    from greenboard.attestations.types import Given, Proof, Wish
    from greenboard.core.refs import Ref

    at = clock.now()
    by = Acting.by(Person.objects.get(username="hostile-boss"))
    upload = files.keep(BytesIO(b"words"), f"{HARM}.txt", by.name, at)
    evidence = [Given(Proof.LINK, LINKS[0]), Given(Proof.TEXT, HARM), Given(Proof.FILE, "", upload.pk)]
    answers = {"held_on": str(at.date()), "failure": HARM[:500], "minutes": 1}
    told = {"answers": answers, "evidence": tuple(evidence), "role": HARM[:100], "release": HARM[:64]}
    row = service.give(Wish(Ref("service", "default", NAME), "OPS.3", HARM, **told), by, at)
    service.revoke(service.Change(row.pk, row.version, HARM), by, at)


def people():
    """Accounts and what is beside them; a hook, which told something."""
    from greenboard.access import tokens
    from greenboard.access.grants import make_role
    from greenboard.access.models import Person
    from greenboard.access.people import join, make_service
    from greenboard.access.permissions import Permission
    from greenboard.hooks import service as hooks
    from greenboard.hooks.models import Delivery, Event
    from greenboard.identity.models import Handle

    boss = Person.objects.create_superuser("hostile-boss", password="a long password")
    eve = Person.objects.create(
        username="eve", first_name=HARM[:150], last_name=HARM[:150], email=f"{SCRIPT}@x.example"
    )
    join(eve, "hostile-team")
    join(boss, "hostile-team")
    make_service("ci", HARM)
    make_role("odd", HARM, ["catalog.read"], boss)
    tokens.make(boss, tokens.Wish(HARM[:100], [Permission.READ]), boss)
    Handle.objects.create(person=eve, tool=SCRIPT, name=HARM, why=HARM[:60], suggested_at=clock.now())
    hook, _ = hooks.make(hooks.Wish(HARM[:100], "https://x.example/<script>alert(1)</script>"))
    row = hooks.test(hook.pk)
    Event.objects.update(body=HARM)
    Delivery.objects.filter(pk=row.pk).update(state="failed", answer=HARM, status=500, tried_at=clock.now())


def rule():
    """A rule whose every text does harm, saved as an edit is."""
    from greenboard.facts.store import vocabulary
    from greenboard.results import editing
    from greenboard.results.editing import Change
    from greenboard.scorecards import draft
    from greenboard.web import content

    card = content.scorecards()[0]
    parts = {
        "item": card.rules[0].item,
        "title": HARM,
        "why": MARKUP,
        "fix": MARKUP,
        "level": card.levels[0].name,
        "expression": f'readme.path == "{SCRIPT}" || workload.all(one, one.name == "{SCRIPT}")',
    }
    change = Change(card.name, "hostile", draft.fingerprint(None), HARM, clock.now(), HARM)
    editing.save(change, parts, vocabulary())


def write():
    from pathlib import Path

    from greenboard.project import running
    from greenboard.project.environment import Environment

    running.prepare(Path(Environment.read().data_dir), sample=False)
    build()


if __name__ == "__main__":
    write()
