"""Actions of integrations: declared with their places, run once, told before they are sent, held against the vendor."""

import json

import httpx2
import pytest
from tests.connections import vendor

from greenboard.connections import actions, configured
from greenboard.connections.action.form import ActionDef
from greenboard.connections.contract import checking
from greenboard.connections.types import Failed
from greenboard.core.errors import UserError, UserErrors

CREATE = {
    "title": "Create a ticket",
    "inputs": {
        "queue": {"title": "Queue", "pattern": "[a-z]+"},
        "title": {"title": "Title", "longest": 20},
        "text": {"title": "Text", "required": False},
        "urgent": {"type": "bool", "title": "Urgent", "default": False},
        "pin": {"title": "Pin", "secret": True, "required": False},
    },
    "post": "/queues/{input.queue}/tickets",
    "body": {"title": "{input.title}", "text": "{input.text}", "urgent": "{input.urgent}", "pin": "{input.pin}"},
    "status": [201],
    "output": {"id": {"value": "text(number)"}, "link": {"value": "url"}},
}
FIND = {
    "title": "Find a ticket",
    "inputs": {"queue": {"title": "Queue"}, "mark": {"title": "Mark"}},
    "get": "/queues/{input.queue}/tickets",
    "query": {"mark": "{input.mark}"},
    "items": "tickets",
    "output": {"id": {"value": "text(number)"}, "link": {"value": "url"}},
}
ONCE = {"find": {"action": "ticket.find", "with": {"queue": "{input.queue}", "mark": "{marker}"}}, "settle": "5s"}
MADE = {"number": 7, "url": "https://acme.test/7"}
GIVEN = {"queue": "shop", "title": "TLS"}


def made(tmp_path, **several):
    named = {name.replace("_", "."): spec for name, spec in several.items()}
    permissions = [{"name": "read", "streams": ["services"]}, {"name": "write", "actions": list(named)}]
    return vendor.integration(tmp_path, actions=named, permissions=permissions)


@pytest.fixture
def act(tmp_path):
    def acting(answer, action="ticket.create", given=GIVEN, key="k", **several):
        integration = made(tmp_path, **(several or {"ticket_create": CREATE}))
        connection = configured.connection(integration, {}, {"key": "s3cr3t-key"}, name="acme")
        asked = vendor.Vendor(answer)
        done = lambda: actions.run(connection, action, given, key, call=asked.caller(connection), now=vendor.NOW)  # noqa: E731
        return asked, done

    return acting


def answers(*several):
    left = iter(several)

    def answer(_):
        found = next(left)
        if isinstance(found, Exception):
            raise found
        return found

    return answer


def created(**headers):
    return httpx2.Response(201, content=json.dumps(MADE), headers=headers)


def test_what_is_not_given_is_left_out_and_what_comes_back_is_typed(act):
    asked, run = act(lambda _: created())
    assert run().output == {"id": "7", "link": "https://acme.test/7"}
    [request] = asked.requests
    assert (request.method, request.url.path) == ("POST", "/queues/shop/tickets")
    assert json.loads(request.content) == {"title": "TLS", "urgent": False}
    assert request.headers["authorization"] == "Bearer s3cr3t-key"


@pytest.mark.parametrize(
    "failure", [httpx2.ReadTimeout("slow"), httpx2.Response(502), httpx2.RemoteProtocolError("cut"), httpx2.Response(201, content=b"{")]
)  # fmt: skip
def test_a_call_that_may_have_been_done_is_not_repeated_blindly(act, failure):
    asked, run = act(answers(failure, created()))
    with pytest.raises(Failed) as failed:
        run()
    assert failed.value.unsure
    assert len(asked.asked) == 1


@pytest.mark.parametrize(
    "failure", [httpx2.ConnectError("refused"), httpx2.Response(429, headers={"retry-after": "1"})]
)
def test_a_call_that_was_surely_not_done_is_repeated(act, failure):
    asked, run = act(answers(failure, created()))
    assert run().output["id"] == "7"
    assert len(asked.asked) == 2


def test_a_refusal_is_sure_and_names_the_permission(act):
    _, run = act(answers(httpx2.Response(403, content=b'{"message": "no"}')))
    with pytest.raises(Failed) as failed:
        run()
    assert (failed.value.unsure, failed.value.reason.missing) == (False, "write")


def test_what_an_earlier_attempt_made_is_found_and_not_made_again(act):
    both = {"ticket_create": {**CREATE, "once": ONCE}, "ticket_find": FIND}
    asked, run = act(answers({"tickets": []}, httpx2.ReadTimeout("slow"), {"tickets": [MADE, {"number": 9}]}), **both)
    with pytest.raises(Failed):
        run()
    done = run()
    assert (done.found, done.output["id"]) == (True, "7")
    assert [request.method for request in asked.requests] == ["GET", "POST", "GET"]
    assert asked.asked[0] == f"/queues/shop/tickets?mark={actions.marker('k')}"


def test_when_nobody_can_tell_whether_it_was_made_it_is_not_made(act):
    both = {"ticket_create": {**CREATE, "once": ONCE}, "ticket_find": FIND}
    asked, run = act(answers({"ticketz": []}), **both)
    with pytest.raises(Failed, match="items are not there"):
        run()
    assert len(asked.asked) == 1


def test_a_list_is_looked_through_page_by_page(act):
    link = {"link": '<https://acme.test/queues/shop/tickets?at=2>; rel="next"'}
    first, last = httpx2.Response(200, content=b'{"tickets": []}', headers=link), {"tickets": [MADE]}
    asked, run = act(
        answers(first, last), "ticket.find", {"queue": "shop", "mark": "m"}, ticket_find={**FIND, "pages": 3}
    )
    assert run().output["id"] == "7"
    assert asked.asked[1] == "/queues/shop/tickets?at=2"
    _, run = act(lambda _: first, "ticket.find", {"queue": "shop", "mark": "m"}, ticket_find={**FIND, "pages": 3})
    with pytest.raises(Failed, match="more than 3 pages"):
        run()


def test_a_tool_that_knows_keys_is_asked_again_with_the_same(act):
    spec = {**CREATE, "once": {"header": "Idempotency-Key"}}
    asked, run = act(answers(httpx2.Response(503), created()), ticket_create=spec)
    run()
    assert {request.headers["idempotency-key"] for request in asked.requests} == {actions.marker("k")}


def test_an_answer_that_says_it_was_done_before_is_as_good(act):
    spec = {**CREATE, "already": {"status": [409], "when": "code == 'there'"}}
    _, run = act(answers(httpx2.Response(409, content=b'{"code": "there"}')), ticket_create=spec)
    assert run().found
    _, run = act(answers(httpx2.Response(409, content=b'{"code": "locked"}')), ticket_create=spec)
    with pytest.raises(Failed):
        run()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"queue": "shop"}, "inputs.title: Title is needed"),
        ({**GIVEN, "titel": "x"}, "inputs.titel: unknown input 'titel'. Did you mean 'title'?"),
        ({**GIVEN, "title": "x" * 21}, "Title is too long (expected at most 20 characters; got 21)"),
        ({**GIVEN, "queue": "../x"}, "Queue has another form"),
        ({**GIVEN, "urgent": "yes"}, "Urgent: wrong type"),
    ],
)
def test_inputs_are_held_against_the_declaration_before_anything_is_sent(act, given, said):
    asked, run = act(lambda _: created(), given=given)
    with pytest.raises(UserErrors) as errors:
        run()
    assert said in str(errors.value)
    assert asked.asked == []


def test_a_plan_shows_every_call_without_sending_one_and_without_secrets(tmp_path):
    integration = made(tmp_path, ticket_create={**CREATE, "once": ONCE}, ticket_find=FIND)
    connection = configured.connection(integration, {}, {"key": "s3cr3t-key"}, name="acme")
    given = {**GIVEN, "pin": "my-pin-1234", "text": "my key is s3cr3t-key"}
    planned = actions.plan(connection, "ticket.create", given, "k", now=vendor.NOW)
    assert (planned.method, planned.url) == ("POST", "https://acme.test/queues/shop/tickets")
    assert [one.method for one in planned.before] == ["GET"]
    assert planned.headers["Authorization"] == "•••"
    assert planned.body == {"title": "TLS", "text": "my key is •••", "urgent": False, "pin": "•••"}
    with pytest.raises(UserError, match="Did you mean 'ticket\\.create'"):
        actions.plan(connection, "ticket.creat", given, "k", now=vendor.NOW)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"body": {"title": "{input.titel}"}}, "there is no such name in input"),
        ({"post": "/tickets/{input.text}"}, "{input.text} may be missing"),
        ({"output": {"id": {"value": "txt(number)"}}}, "unknown function 'txt'"),
        ({"once": {"find": {"action": "ticket.fnd"}}}, "unknown action 'ticket.fnd'. Did you mean 'ticket.find'?"),
        ({"once": {"find": {"action": "ticket.find", "with": {"mark": "x"}}}}, "ticket.find needs 'queue'"),
        ({"once": {"state": True, "header": "X"}}, "exactly one of state, header and find"),
        ({"inputs": {"queue": {"title": "Q", "pattern": "("}}, "body": {}}, "no regular expression (RE2)"),
        ({"body": {"key": "{secrets.key}"}}, "unknown placeholder {secrets.key}"),
    ],
)
def test_mistakes_in_a_manifest_are_told_with_their_place(tmp_path, change, said):
    with pytest.raises(UserError) as error:
        made(tmp_path, ticket_create={**CREATE, **change}, ticket_find=FIND)
    assert said in str(error.value)
    assert "integration.yaml:" in str(error.value)


def test_an_action_needs_a_permission(tmp_path):
    with pytest.raises(UserError, match="no permission names it"):
        vendor.integration(tmp_path, actions={"ticket.create": CREATE})


def test_an_action_makes_exactly_one_call():
    with pytest.raises(ValueError, match="exactly one of get, post"):
        ActionDef(title="x", get="/a", post="/b")


TICKET = {"type": "object", "properties": {"number": {"type": "integer"}, "url": {"type": "string"}}}
SENT = {
    "type": "object",
    "required": ["title"],
    "properties": {"title": {"type": "string"}, "text": {"type": "string"}, "urgent": {"type": "boolean"}, "kind": {"enum": ["a", "b"]}},
}  # fmt: skip
DESCRIBED = {"POST /queues/{queue}/tickets": {"params": [], "response": TICKET, "body": SENT}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"post": "/queue/{input.queue}"}, "the description has no POST /queue/{input.queue}"),
        ({"query": {"x": 1}}, "has no parameter 'x'"),
        ({"body": {"title": "{input.title}", "txt": "x"}}, "there is no 'txt'. Did you mean 'text'?"),
        ({"body": {"text": "x"}}, "title is needed"),
        ({"body": {"title": "{input.urgent}"}}, "boolean is sent, and string is expected"),
        ({"body": {"title": "x", "kind": "c"}}, "'c' is sent, and one of a, b is expected"),
        ({"output": {"id": {"value": "numbr"}}}, "there is no 'numbr'"),
        ({"output": {"id": {"value": "number"}}}, "text is expected, and this is integer"),
    ],
)
def test_an_action_is_held_against_the_vendors_description(tmp_path, change, said):
    specs = tmp_path / "specs"
    specs.mkdir()
    streams = {"GET /services": {"params": [], "response": {"type": "object"}}}
    (specs / "acme.json").write_text(json.dumps({"operations": {**DESCRIBED, **streams}}))
    sound = {**CREATE, "body": {"title": "{input.title}", "urgent": "{input.urgent}"}}
    integration = vendor.integration(
        tmp_path,
        actions={"ticket.create": {**sound, **change}},
        permissions=[{"name": "write", "actions": ["ticket.create"]}],
        contract={"spec": "acme.json"},
    )
    found = [one for one in checking.check(integration.folder, vendor.WORDS, specs).problems if "actions" in one]
    assert [said in one for one in found] == ([True] if said else [])


READ = {
    "title": "Read a ticket",
    "inputs": {"queue": {"title": "Queue"}},
    "get": "/queues/{input.queue}/tickets/newest",
    "absent": {"status": [404], "when": "code == 'none'"},
    "output": {"number": {"value": "number", "type": "int"}},
}
SHOWN = {"action": "ticket.read", "with": {"queue": "{input.queue}"}, "otherwise": {}}
CHANGE = {**CREATE, "look": {"newest": SHOWN}, "body": {"after": "{look.newest.number}", "kept": None}}


@pytest.mark.parametrize(
    ("status", "said", "sent"),
    [
        (404, {"code": "none"}, {"kept": None}),
        (200, MADE, {"after": 7, "kept": None}),
        (404, {"code": "no such queue"}, None),
        (403, {"code": "none"}, None),
    ],
)
def test_what_a_look_does_not_find_is_left_out_where_the_manifest_says_so(act, status, said, sent):
    found = httpx2.Response(status, content=json.dumps(said).encode())
    asked, run = act(answers(found, created()), ticket_create=CHANGE, ticket_read=READ)
    if sent is None:
        with pytest.raises(Failed):
            run()
        assert len(asked.asked) == 1
    else:
        run()
        assert json.loads(asked.requests[-1].content) == sent


def test_only_what_looks_can_find_that_something_is_absent(tmp_path):
    with pytest.raises(UserError, match="only a GET can find"):
        made(tmp_path, ticket_create={**CREATE, "absent": {"status": [404]}})
    wrong = {**CHANGE, "look": {"newest": {**SHOWN, "otherwise": {"nummer": 1}}}}
    with pytest.raises(UserError, match=r"output of ticket\.read"):
        made(tmp_path, ticket_create=wrong, ticket_read=READ)
