"""Answers in the shapes of the API, for as long as the server itself has none: mistakes come from the real
checker, numbers are made up from the number that the expression asks for."""

import json
import re
from datetime import date, timedelta

from greenboard.core.errors import UserError
from greenboard.facts.vocabulary import FieldType, load
from greenboard.rules import functions, language
from greenboard.web import content

TOTAL = 10_000
TEAMS = ("payments", "storefront", "identity", "delivery")


class Pretend:
    """Answers what a page asks of /api/v1. `delay` holds a preview back, in milliseconds."""

    def __init__(self, page, scorecard="production-readiness"):
        self.page = page
        self.asked, self.saved = [], {}
        self.refusal = None
        self.vocabulary = load()
        self.card = content.scorecard(scorecard)
        page.route("**/api/v1/**", self.answer)

    def answer(self, route):
        request = route.request
        path = request.url.partition("/api/v1/")[2]
        body = json.loads(request.post_data) if request.post_data else {}
        self.asked.append((request.method, path, body, request.headers.get("x-csrftoken")))
        status, told = self.told(request.method, path, body)
        kind = "application/problem+json" if status >= 400 else "application/json"
        route.fulfill(status=status, content_type=kind, body=json.dumps(told))

    def told(self, method, path, body):
        if path == "vocabulary":
            return 200, vocabulary(self.vocabulary)
        if path.startswith("rules/"):
            rule = body["rule"] if isinstance(body["rule"], dict) else body
            errors = [*self.mistakes(rule, "expression"), *self.mistakes(rule, "when")]
            made = {"check": check, "preview": preview, "backtest": backtest}[path.removeprefix("rules/")]
            return 200, {"ok": not errors, "errors": errors, "ready": True, **made(rule, self.vocabulary, bool(errors))}
        return self.rule(method, path.rpartition("/")[2], body)

    def mistakes(self, rule, where):
        text = rule.get(where) or ""
        if where == "when" and not text:
            return []
        types = {name: FieldType(one["type"]) for name, one in (rule.get("parameters") or {}).items()}
        try:
            language.compile(text, self.vocabulary, parameters=types)
        except UserError as error:
            return [mistake(error, where, text)]
        return []

    def rule(self, method, name, body):
        if method == "PUT":
            if self.refusal:
                status, told = self.refusal
                self.refusal = None
                return status, told
            self.saved[name] = {key: value for key, value in body.items() if key not in ("based_on", "note")}
        if method == "DELETE":
            self.saved.pop(name, None)
            return 200, {}
        return 200, self.shown(name)

    def shown(self, name):
        told = {**as_data(self.card.rule(name)), **self.saved.get(name, {})}
        digest = f"d{abs(hash(json.dumps(told, sort_keys=True)))}"
        return {**told, "yaml": f"id: {name}\n", "digest": digest, "edited": name in self.saved}


def as_data(rule):
    if rule is None:
        return {}
    scope = rule.scope
    return {
        **{name: getattr(rule, name) for name in ("id", "item", "title", "why", "fix", "level", "weight", "dimension")},
        "enforcement": rule.enforcement.value,
        "grace": f"{rule.grace.days}d",
        "expression": rule.program.source,
        "when": rule.when.source if rule.when else None,
        "scope": {name: list(getattr(scope, name)) for name in ("kinds", "tiers", "lifecycles", "tags")},
        "parameters": {
            name: {
                "type": one.type.value,
                "default": one.default,
                "by_tier": one.by_tier,
                "by_kind": one.by_kind,
                "doc": one.doc,
            }
            for name, one in rule.parameters.items()
        },
    }


def mistake(error, where, text):
    line, column = error.place.line or 1, error.place.column or 1
    offset = sum(len(one) + 1 for one in text.split("\n")[: line - 1]) + column - 1
    word = re.match(r"\w+|.?", text[offset:])
    parts = {"line": line, "column": column, "offset": offset, "length": max(1, len(word[0]))}
    said = {"message": error.what, "expected": error.expected, "got": error.got, "hint": error.hint}
    return {"where": where, **parts, **said}


def vocabulary(known):
    types = [
        {
            **{"name": one.name, "title": one.title, "doc": one.doc, "many": one.many, "about": one.about},
            "url": f"/fact-types/{one.name}",
            "fields": [
                {
                    **{"name": name, "type": field.type.value, "doc": field.doc, "unit": field.unit},
                    "values": list(field.values),
                    "example": field.example if isinstance(field.example, str | int | float | bool) else None,
                }
                for name, field in one.fields.items()
            ],
        }
        for one in known.types.values()
    ]
    related = [
        ("dependencies", "list<entity>"),
        ("dependents", "list<entity>"),
        ("parts", "list<entity>"),
        ("repository", "entity"),
    ]
    told = [{"name": one.name, "signature": one.signature, "doc": one.doc} for one in functions.FIELD_FUNCTIONS]
    told += [{"name": name, "signature": f"{name}() -> {gives}", "doc": "Related."} for name, gives in related]
    return {"types": types, "functions": told}


def check(rule, known, wrong):
    if wrong:
        return {"reads": [], "type": ""}
    program = language.expression(rule["expression"], known, parameters=types_of(rule))
    reads = []
    for path in program.reads:
        name, _, field = path.partition(".")
        found = known.types[name].fields.get(field)
        told = {"type": found.type.value, "doc": found.doc, "unit": found.unit} if found else {}
        reads.append({"path": path, "url": f"/fact-types/{name}", "type": "", "doc": "", "unit": "", **told})
    return {"reads": reads, "type": "bool"}


def types_of(rule):
    return {name: FieldType(one["type"]) for name, one in (rule.get("parameters") or {}).items()}


def entity(number, **more):
    name = f"service-{number:04}"
    return {
        "ref": f"service:default/{name}",
        "name": name,
        "url": f"/entities/service/default/{name}",
        "team": TEAMS[number % 4],
        "tier": number % 5,
        **more,
    }


def outcomes(wanted):
    fail = min(9_000, 700 + 450 * wanted)
    return {"pass": TOTAL - fail - 640 - 300, "fail": fail, "no_data": 640, "error": 0, "not_applicable": 300}


def wanted(rule):
    found = re.search(r"(\d+)", rule["expression"])
    return int(found[1]) % 10 if found else 0


def preview(rule, known, wrong):
    if wrong:
        return {}
    before, after = outcomes(1), outcomes(wanted(rule))
    moved = after["fail"] - before["fail"]
    turn = ("pass", "fail") if moved > 0 else ("fail", "pass")
    changed = [entity(n, before=turn[0], after=turn[1]) for n in range(min(abs(moved), 50))]
    levels = [
        entity(n, before="gold", after="silver", worse=True) if moved > 0 else entity(n, before=None, after="bronze", worse=False)
        for n in range(min(abs(moved) // 20, 50))
    ]
    down = moved // 20
    mix = {"none": 900, "bronze": 3_100, "silver": 4_000, "gold": 2_000}
    return {
        "counts": after,
        "before": before if rule.get("id") and not rule["id"].startswith("new") else None,
        "changed": {"total": abs(moved), "entities": changed},
        "entities": {name: [entity(n) for n in range(50)] for name in ("fail", "no_data", "pass")},
        "levels": {
            "total": abs(down),
            "changes": levels,
            "before": mix,
            "after": {**mix, "silver": 4_000 + down, "gold": 2_000 - down},
        },
        "entities_total": TOTAL,
        "milliseconds": 6.4,
        "as_of": "2026-11-16T09:12:00Z",
    }


def backtest(rule, known, wrong):
    if wrong:
        return {}
    last = date(2026, 11, 16)
    asked = wanted(rule)

    def days(level):
        for n in range(90):
            day = (last - timedelta(days=89 - n)).isoformat()
            if n < 6:
                yield {"day": day, "pass": 0, "fail": 0, "no_data": TOTAL, "error": 0, "not_applicable": 0}
                continue
            fail = 1_000 + 450 * level + (900 if 30 < n < 44 else 0) - 6 * n
            yield {"day": day, "pass": TOTAL - fail - 900, "fail": fail, "no_data": 600, "error": 0, "not_applicable": 300}

    return {
        "days": list(days(asked)),
        "before": {"days": list(days(1))},
        "flapping": [entity(n, turns=9 - n) for n in range(5)],
        "first_failed": [entity(n + 20, day=(last - timedelta(days=80 - n)).isoformat()) for n in range(42)],
        "milliseconds": 412.0,
    }
