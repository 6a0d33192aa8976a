"""A small company over ninety days, written through the real stores: every page has something to show.

The tests of pages and of the browser share it. Days count from its first one.
"""

from dataclasses import replace
from datetime import timedelta

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Contact, Declared, Entity, Link, Relation, RelationKind
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import service as facts
from greenboard.facts.described import describe
from greenboard.facts.types import Fact, Gap, Source, SourceKind
from greenboard.results import service as results
from greenboard.web import content

SPAN = 60
TEAMS = {"payments": "commerce", "storefront": "commerce", "identity": "platform", "delivery": "platform"}
SYSTEMS = {"checkout-flow": "commerce", "shop": "commerce", "foundations": "platform"}
COMPONENTS = {
    # name: (kind, team, system, tier, lifecycle, tags, depends on, quality 0..3)
    "checkout": (
        "service",
        "payments",
        "checkout-flow",
        1,
        "production",
        ("pci", "python"),
        ("ledger", "fraud", "sessions"),
        3,
    ),
    "ledger": ("service", "payments", "checkout-flow", 1, "production", ("pci", "go"), ("ledger-db",), 3),
    "fraud": ("service", "payments", "checkout-flow", 3, "production", ("python",), ("sessions",), 1),
    "ledger-db": ("data-store", "payments", "checkout-flow", 1, "production", ("postgres",), (), 2),
    "web-shop": (
        "website",
        "storefront",
        "shop",
        1,
        "production",
        ("typescript",),
        ("checkout", "search", "sessions"),
        2,
    ),
    "search": ("service", "storefront", "shop", 2, "production", ("go",), (), 2),
    "design-kit": ("library", "storefront", "shop", 3, "production", ("typescript",), (), 1),
    "sessions": ("service", "identity", "foundations", 0, "production", ("go", "sso"), (), 3),
    "directory-sync": ("job", "identity", "foundations", 2, "production", ("python",), ("sessions",), 1),
    "deployer": ("service", "delivery", "foundations", 2, "production", ("go",), (), 0),
    "feature-flags": ("service", "delivery", "foundations", None, None, (), (), 0),
}


def ref(name, kind=None):
    return Ref(kind or COMPONENTS[name][0], "default", name)


def _declared():
    entities = [Entity(ref(name, "domain"), title=name.title()) for name in ("commerce", "platform")]
    relations = []
    for name, domain in SYSTEMS.items():
        entities.append(Entity(ref(name, "system"), description=f"The {name} system"))
        relations.append(Relation(RelationKind.PART_OF, ref(name, "system"), ref(domain, "domain")))
    for name in TEAMS:
        contacts = (Contact("chat", f"#{name}"), Contact("email", f"{name}@shop.example"))
        entities.append(Entity(ref(name, "team"), title=f"{name.title()} team", contacts=contacts))
        entities.append(Entity(ref(f"{name}-lead", "person")))
        relations.append(Relation(RelationKind.MEMBER_OF, ref(f"{name}-lead", "person"), ref(name, "team")))
    for name, parts in COMPONENTS.items():
        found = _component(name, *parts)
        entities += found.entities
        relations += found.relations
    return Declared(tuple(entities), tuple(relations))


def _component(name, kind, team, system, tier, lifecycle, tags, needs, quality):
    own, home = ref(name), ref(name, "repository")
    links = (Link(f"https://wiki.shop.example/{name}", "Runbook", "runbook"),) if quality > 1 else ()
    links += (Link(f"https://charts.shop.example/{name}", "Dashboard", "dashboard"),) if quality > 2 else ()
    entity = Entity(
        own,
        description=f"{name.replace('-', ' ').capitalize()} of the shop, run by {team}.",
        tier=tier,
        lifecycle=lifecycle,
        tags=tags,
        links=links,
        contacts=(Contact("chat", f"#{team}"),),
        discovered=quality == 0,
        dependencies_declared=quality > 0,
    )
    relations = [Relation(RelationKind.LIVES_IN, own, home), Relation(RelationKind.PART_OF, own, ref(system, "system"))]
    relations += [Relation(RelationKind.DEPENDS_ON, own, ref(other)) for other in needs]
    if quality > 0:
        relations.append(Relation(RelationKind.OWNS, ref(team, "team"), own))
    return Declared((entity, Entity(home)), tuple(relations))


def _repository(name, commit="4f2a91c"):
    return Source(
        SourceKind.REPOSITORY,
        "git",
        location="k8s/deploy.yaml:14",
        commit=commit,
        link=f"https://git.shop.example/{name}/blob/{commit}/k8s/deploy.yaml#L14",
    )


def _tool(name):
    return Source(SourceKind.CONNECTION, name, link=f"https://{name.lower()}.example/shop")


def _said(name, at, *, replicas=3):
    """What tools say of a component, by its quality."""
    quality, own, home = COMPONENTS[name][7], ref(name), ref(name, "repository")
    words = content.vocabulary()

    def fact(entity, name, raw, source):
        return Fact(entity, name, words.normalise(name, raw), source, at)

    workload = {
        "name": f"deployment/{name}",
        "replicas": replicas,
        "requests_set": quality > 0,
        "limits_set": quality > 1,
        "liveness": True,
        "readiness": quality > 0,
        "pdb": quality > 2,
        "topology_spread": quality > 2,
        "image_pinned": quality > 1 and replicas > 1,
        "run_as_non_root": quality > 1,
        "privileged": False,
        "scheduled": False,
    }
    found = [
        fact(own, "readme", {"exists": True, "words": 60 + quality * 120, "path": "README.md"}, _repository(name)),
        fact(home, "branch_policy", {"protected": quality > 0, "required_reviews": min(quality, 2)}, _tool("GitHub")),
        fact(home, "ci_config", {"shared": False, "tests_on_change": quality > 0}, _repository(name)),
        fact(own, "coverage", {"line_pct": 35.0 + quality * 18}, _tool("Codecov")),
        fact(own, "test_suite", [{"kind": "unit", "files": quality * 12, "in_ci": quality > 0}], _repository(name)),
    ]
    if COMPONENTS[name][0] in ("service", "website", "job"):
        found.append(fact(own, "workload", [workload], _repository(name)))
    if quality > 1:
        found += [fact(own, said, raw, _tool(tool)) for said, (tool, raw) in _kept(name, quality, at).items()]
    return found


def _kept(name, quality, at):
    """What the tools of a well-kept component say, by fact type."""
    slo = {"name": "availability", "target_pct": 99.9, "current_pct": 99.95 if quality > 2 else 99.5}
    scan = {"kind": "sca", "scanner": "Trivy", "last_scan_at": clock.format_time(at - timedelta(days=1))}
    return {
        "slo": ("Datadog", [slo]),
        "telemetry": ("Datadog", {"metrics": True, "logs": True, "monitors": 6}),
        "alerting": ("Datadog", {"rules": 4 if quality > 2 else 1}),
        "vulnerability": ("Trivy", [scan]),
        "dependency": ("Trivy", [{"manifest": "pyproject.toml", "ecosystem": "pypi", "direct": 14, "lock_file": True}]),
        "iac": ("GitHub", [{"tool": "terraform", "files": 5}]),
        "container_file": ("GitHub", [{"path": "Dockerfile", "base_tagged": True, "base_pinned": quality > 2}]),
        "runbook": ("GitHub", [{"path": "docs/runbook.md", "words": 800}]),
        "oncall": ("PagerDuty", {"schedules": 1, "responders": 4, "escalation_levels": 2}),
    }


DAYS = {0: (), 14: ("checkout", "search"), 30: ("search",), 48: (), 55: (), 57: ("checkout",), 59.9: ("checkout",)}
"""The days on which the company was looked at, with the components that run on one copy only."""
LOST = 55
"""From this day on the on-call tool refuses to answer."""
REFUSED = "PagerDuty answered 403; the token lacks schedules.read"


def build(now=None):
    """Write the company; its last day is now. Returns the moment that its first day began."""
    start = (now or clock.now()) - timedelta(days=SPAN)
    declared = _declared()
    catalog.save(declared, start, cause="world")
    for day, thin in DAYS.items():
        at = start + timedelta(days=day)
        facts.record(describe(declared, at, complete=True), [], at)
        found = [fact for name in COMPONENTS for fact in _said(name, at, replicas=1 if name in thin else 3)]
        gaps = []
        if day >= LOST:
            gaps = [Gap(fact.entity, fact.type, REFUSED, fact.source, at) for fact in found if fact.type == "oncall"]
            found = [fact for fact in found if fact.type != "oncall"]
        facts.record(found, gaps, at)
        results.evaluate(content.scorecards()[0], at)
    return start


def double():
    """A twin of every component, with the same facts and a dependency on the first; judged now."""
    at = clock.now()
    entities, relations = [], []
    for name, parts in list(COMPONENTS.items()):
        twin = Ref(parts[0], "default", f"{name}-twin")
        entities.append(Entity(twin, tier=parts[3], lifecycle=parts[4], tags=parts[5]))
        relations.append(Relation(RelationKind.PART_OF, twin, ref(parts[2], "system")))
        relations.append(Relation(RelationKind.DEPENDS_ON, twin, ref(name)))
    whole = _declared()
    declared = Declared((*whole.entities, *entities), (*whole.relations, *relations))
    catalog.save(declared, at, cause="world")
    found = [
        replace(fact, entity=replace(fact.entity, name=f"{name}-twin"))
        for name in COMPONENTS
        for fact in _said(name, at)
        if fact.entity == ref(name)
    ]
    facts.record(found, [], at)
    results.evaluate(content.scorecards()[0], at)
