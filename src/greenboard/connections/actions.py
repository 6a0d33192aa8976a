"""Doing something at a tool: an action of its integration, run through a connection.

A call that is not repeatable is made at most once for each `run`. Whoever wants it done for sure runs it
again with the same key, after `settle`: what an earlier attempt made is then found, or told by its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import Any, NoReturn

from greenboard.connections import paging, templates
from greenboard.connections.action import inputs as held
from greenboard.connections.action.form import Said, Use
from greenboard.connections.expressions import Env, Expression, Mistyped
from greenboard.connections.expressions.compiling import truth
from greenboard.connections.plan import ActionPlan
from greenboard.connections.session import Ask, Reply, Session, decoded, masked
from greenboard.connections.types import Caller, Connection, Failed, Json, Reason, Request
from greenboard.core.errors import UserError, suggest


@dataclass(frozen=True)
class Done:
    """What came of an action. `found`: an earlier attempt had done it. `nothing`: what was looked for is not there.

    `secret` names the outputs that are used and never shown.
    """

    output: Mapping[str, Json]
    found: bool = False
    nothing: bool = False
    secret: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Planned:
    """A call that would be made, with masks in place of secrets. `before` are those that would be made first."""

    action: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    before: tuple[Planned, ...] = ()


class NoAction(UserError):
    """The integration cannot do that."""

    status = 404


def run(
    connection: Connection, action: str, inputs: Mapping[str, Json], key: str, *, call: Caller, now: datetime
) -> Done:
    """Do something once. `key` names what is to be done: the same one means the same deed.

    Raises:
        NoAction: the integration has no such action.
        UserErrors: the inputs are not what it needs.
        Failed: it was not done; or, where it says `unsure`, that is not known.

    """
    acting = _Acting(Session(connection, call, now), _named(connection, action), inputs, key)
    return acting.run()


def plan(connection: Connection, action: str, inputs: Mapping[str, Json], key: str, *, now: datetime) -> Planned:
    """What `run` would send, without sending anything. Raises as `run`."""
    return _Acting(Session(connection, _nobody, now), _named(connection, action), inputs, key).planned()


def settle(connection: Connection, action: str) -> timedelta:
    """How long after an attempt of which nothing is known it may not be found yet."""
    once = _named(connection, action).spec.once
    return once.settle if once else timedelta()


def marker(key: str) -> str:
    """What templates know as `{marker}`: a word of letters, digits and hyphens that is made of the key."""
    return f"greenboard-{blake2b(key.encode(), digest_size=10).hexdigest()}"


def _named(connection: Connection, action: str) -> ActionPlan:
    known = connection.integration.plan.actions
    if action not in known:
        raise NoAction(
            f"{connection.integration.manifest.title} has no action {action!r}",
            expected=", ".join(sorted(known)) or None,
            hint=suggest(action, known),
        )
    return known[action]


def _nobody(request: Request, /) -> NoReturn:
    raise AssertionError(f"nobody is called: {request.label}")


class _Acting:
    """One action with its inputs."""

    def __init__(self, session: Session, plan: ActionPlan, given: Mapping[str, Json], key: str) -> None:
        self.session, self.plan, self.key = session, plan, key
        self.spec = plan.spec
        self.inputs = held.checked(plan.spec, given)
        self._refuse_needy()
        hidden = (self.inputs.get(name) for name, one in plan.spec.inputs.items() if one.secret)
        self.secrets = [str(value) for value in hidden if value is not None]
        self.seen: dict[str, Mapping[str, Json]] = {}

    def _refuse_needy(self) -> None:
        for need, holds in zip(self.spec.needs, self.plan.needs, strict=True):
            try:
                held_so = truth(holds(dict(self.inputs), self._env))
            except Mistyped:
                held_so = False
            if not held_so:
                raise UserError(f"{self.plan.name}: {need.otherwise}")

    def run(self) -> Done:
        try:
            return self._run()
        except Failed as failed:
            reason = replace(failed.reason, text=masked(failed.reason.text, self.secrets))
            if reason.fault == "permission":
                reason = replace(reason, missing=self.session.plan.missing(self.plan.name))
            raise Failed(reason, body=failed.body, calls=failed.calls, unsure=failed.unsure) from None

    def _run(self) -> Done:
        once = self.spec.once
        if once and once.find:
            done = self._other(once.find).run()
            if not done.nothing:
                kept = {name: done.output.get(name) for name in self.spec.output}
                return Done(kept, found=True, secret=self._hidden)
        for name, use in self.spec.look.items():
            done = self._other(use).run()
            if done.nothing and use.otherwise is None:
                raise Failed(Reason("ours", f"{self.plan.name}: {name} is not there."))
            self.seen[name] = (use.otherwise or {}) if done.nothing else done.output
        return self._done()

    def planned(self) -> Planned:
        once = self.spec.once
        before = [self._other(once.find).planned()] if once and once.find else []
        for name, use in self.spec.look.items():
            other = self._other(use)
            before.append(other.planned())
            self.seen[name] = {output: f"{name}.{output}" for output in other.spec.output}
        request = self.session.draft(self._ask())
        hidden = [*self.session.connection.secrets.values(), *self.secrets]
        url = masked(request.url, hidden)
        headers = {name: masked(value, hidden) for name, value in request.headers.items()}
        body = _masked(decoded(request.body or b"", request), hidden)
        return Planned(self.plan.name, request.method, url, headers, body, tuple(before))

    @cached_property
    def _hidden(self) -> frozenset[str]:
        return frozenset(name for name, one in self.spec.output.items() if one.secret)

    @cached_property
    def _env(self) -> Env:
        return self.session.env({"input": self.inputs, "marker": marker(self.key)})

    @cached_property
    def _let(self) -> Mapping[str, Json]:
        try:
            return {name: made(dict(self.inputs), self._env) for name, made in self.plan.let.items()}
        except Mistyped as wrong:
            raise UserError(f"{self.plan.name}: {wrong}") from None

    def _scope(self) -> Mapping[str, Any]:
        more = {"input": self.inputs, "let": self._let, "look": self.seen, "marker": marker(self.key)}
        return {**self.session.scope(), **more}

    def _other(self, use: Use) -> _Acting:
        given = templates.filled(use.inputs, self._scope())
        return _Acting(self.session, self.session.plan.actions[use.action], given, self.key)

    def _ask(self) -> Ask:
        spec, scope = self.spec, self._scope()
        try:
            path = templates.path(spec.path, scope)
            headers = {name: str(value) for name, value in templates.filled(spec.headers, scope).items()}
            query, body = templates.filled(spec.query, scope), templates.filled(spec.body, scope)
        except templates.Unfilled as hole:
            raise Failed(Reason("ours", f"{self.plan.name}: there is no value for {{{hole}}}.")) from None
        if spec.once and spec.once.header:
            headers[spec.once.header] = marker(self.key)
        bucket = spec.bucket or next(iter(self.session.plan.manifest.limits), "")
        return Ask(spec.method.upper(), path, query, headers, body, bucket, repeatable=spec.repeatable)

    def _done(self) -> Done:
        """Make the call; a list is looked through page by page."""
        ask = self._ask()
        for _ in range(self.spec.pages):
            try:
                reply = self.session.ask(ask)
            except Failed as failed:
                return self._told(failed)
            thing = self._thing(reply)
            if thing is not None:
                return Done(self._output(thing), secret=self._hidden)
            following = paging.link(reply.headers.get("link", ""))
            if following is None or self.spec.pages == 1:
                return Done(dict.fromkeys(self.spec.output), nothing=True)
            ask = replace(ask, url=following, query={})
        raise Failed(Reason("limit", f"{self.plan.name}: there are more than {self.spec.pages} pages to look through."))

    def _told(self, failed: Failed) -> Done:
        """What came of a call that was refused since it was done before, or the thing is not there; or the failure."""
        if self._says(failed, self.spec.already, self.plan.already):
            return Done(dict.fromkeys(self.spec.output), found=True, secret=self._hidden)
        if self._says(failed, self.spec.absent, self.plan.absent):
            return Done(dict.fromkeys(self.spec.output), nothing=True)
        raise failed

    def _says(self, failed: Failed, said: Said | None, when: Expression | None) -> bool:
        if said is None or failed.reason.status not in said.status:
            return False
        try:
            return when is None or truth(when(decoded(failed.body, Request("", "")), self._env)) is True
        except (Failed, Mistyped):
            return False

    def _thing(self, reply: Reply) -> Json:
        """What the answer is about; None where a list has nothing."""
        if reply.status not in self.spec.status:
            self._refuse(f"it has status {reply.status}")
        if reply.body is None:
            return {}
        found = self._made("items", self.plan.items, reply.body)
        if found is None:
            self._refuse("items are not there")
        return found if not isinstance(found, list) else found[0] if found else None

    def _output(self, thing: Json) -> Mapping[str, Json]:
        output = {name: self._made(name, made, thing) for name, made in self.plan.output.items()}
        for name, declared in self.spec.output.items():
            if not held.typed(declared, output[name]):
                self._refuse(f"{name} is no {declared.type}" if output[name] is not None else f"{name} is not there")
        return output

    def _made(self, name: str, expression: Expression, value: Json) -> Json:
        try:
            return expression(value, self._env)
        except Mistyped as wrong:
            self._refuse(f"{name}: {wrong}")

    def _refuse(self, why: str) -> NoReturn:
        reason = Reason("theirs", f"{self.plan.name}: the answer is not as documented: {why}.")
        raise Failed(reason, unsure=not self.spec.repeatable)


def _masked(value: Json, secrets: list[str]) -> Json:
    """A structure without any secret in its texts."""
    if isinstance(value, str):
        return masked(value, secrets)
    if isinstance(value, dict):
        return {key: _masked(part, secrets) for key, part in value.items()}
    if isinstance(value, list):
        return [_masked(part, secrets) for part in value]
    return value
