"""From a manifest to a plan: expressions compiled, names looked up, each mistake told with its place. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from greenboard.connections import templates
from greenboard.connections.action import compiling as actions
from greenboard.connections.expressions import Expression, Function, compiled, reading
from greenboard.connections.manifest import FactDef, Join, Manifest, Stream, SubjectDef, Webhook
from greenboard.connections.plan import AboutPlan, FactPlan, JoinPlan, MatchPlan, Plan, StreamPlan, SubjectPlan
from greenboard.core.errors import UserError, UserErrors, suggest
from greenboard.core.yaml import Document
from greenboard.facts.vocabulary import FactType, Vocabulary

_GUESSING = frozenset({"default", "known"})
_NONE: frozenset[str] = frozenset()
_INSIDE = frozenset({"settings", "parent", "id", "now", "ago", "in"})
Path = tuple[str | int, ...]


def compile_manifest(
    manifest: Manifest, document: Document, vocabulary: Vocabulary, own: Mapping[str, Function] | None = None
) -> Plan:
    """Make a manifest ready to run. `own` are the functions of its collect.py.

    Raises:
        UserErrors: every mistake in it, with its place.

    """
    work = _Work(manifest, document, vocabulary, own or {})
    streams = work.streams()
    work.refuse()
    subjects = {name: work.subject(name, spec) for name, spec in manifest.subjects.items()}
    facts = [found for at, spec in enumerate(manifest.facts) if (found := work.fact(at, spec, subjects, streams))]
    work.others()
    abouts = work.abouts()
    work.refuse()
    account = manifest.api.account
    refusal = manifest.api.refusal
    shown = work.expression(("api", "account", "show"), account.show) if account else None
    refused = (
        (
            work.expression(("api", "refusal", "when"), refusal.when),
            work.expression(("api", "refusal", "text"), refusal.text),
        )
        if refusal
        else None
    )
    kept, doing = work.kept(), actions.compiled(manifest.actions, work)
    work.refuse()
    return Plan(manifest, streams, subjects, tuple(facts), kept, shown, refused, doing, abouts)


@dataclass
class _Work:
    manifest: Manifest
    document: Document
    vocabulary: Vocabulary
    own: Mapping[str, Function]
    errors: list[UserError] = field(default_factory=list)
    every: list[Expression] = field(default_factory=list)

    def refuse(self) -> None:
        if self.errors:
            raise UserErrors(sorted(self.errors, key=lambda one: (one.place.line or 0) if one.place else 0))

    def wrong(self, path: Path, what: str, *, expected: str | None = None, hint: str | None = None) -> None:
        label = ".".join(map(str, path))
        self.errors.append(
            UserError(f"{label}: {what}", place=self.document.place(*path), expected=expected, hint=hint)
        )

    def known(self, path: Path, name: str, several: Mapping[str, Any] | frozenset[str], what: str) -> bool:
        if name not in several:
            self.wrong(path, f"unknown {what} {name!r}", hint=suggest(name, several))
        return name in several

    def expression(self, path: Path, text: str, names: frozenset[str] = _NONE) -> Expression:
        try:
            made = compiled(text, names, self.own)
        except UserError as error:
            self.wrong(path, error.what, expected=error.expected, hint=error.hint)
            made = compiled("@", names)
        self.every.append(made)
        return made

    def optional(self, path: Path, text: str, names: frozenset[str] = _NONE) -> Expression | None:
        return self.expression(path, text, names) if text else None

    def template(
        self, path: Path, value: Any, allowed: frozenset[str], more: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        known = {"settings": self.manifest.settings, "secrets": self.manifest.secrets, **(more or {})}
        try:
            templates.check(value, allowed, known)
        except UserError as error:
            self.wrong(path, error.what, expected=error.expected)

    def streams(self) -> Mapping[str, StreamPlan]:
        """Streams in an order in which each comes after the one that it hangs on."""
        ordered: dict[str, StreamPlan] = {}
        for name in self.manifest.streams:
            self._place_stream(name, ordered, ())
        return ordered

    def _place_stream(self, name: str, ordered: dict[str, StreamPlan], above: tuple[str, ...]) -> None:
        if name in ordered:
            return
        path, spec = ("streams", name), self.manifest.streams[name]
        parent = spec.for_each.stream if spec.for_each else ""
        if parent in (*above, name):
            self.wrong((*path, "for_each"), "a circle of streams")
            return
        if parent and self.known((*path, "for_each", "stream"), parent, self.manifest.streams, "stream"):
            self._place_stream(parent, ordered, (*above, name))
        if parent and parent not in ordered:
            return
        line = (parent, *ordered[parent].line) if parent else ()
        ordered[name] = replace(self._stream(path, spec), name=name, line=line)

    def _stream(self, path: Path, spec: Stream) -> StreamPlan:
        if spec.bucket:
            self.known((*path, "bucket"), spec.bucket, self.manifest.limits, "bucket")
        if spec.for_each and spec.for_each.setting:
            self.known((*path, "for_each", "setting"), spec.for_each.setting, self.manifest.settings, "setting")
        for key in ("get", "post", "query", "body", "variables", "headers"):
            self.template((*path, key), getattr(spec, key), _INSIDE)
        if spec.part:
            self.template((*path, "part", "query"), spec.part.query, _INSIDE)
        nested = _NONE | {"parent"}
        return StreamPlan(
            name=str(path[-1]),
            spec=spec,
            items=self.expression((*path, "items"), spec.items),
            id=self.expression((*path, "id"), spec.id, nested),
            unfold=self.optional((*path, "unfold"), spec.unfold),
            next=self.optional((*path, "page", "next"), spec.page.next),
            more=self.optional((*path, "page", "more"), spec.page.more),
            total=self.optional((*path, "page", "total"), spec.page.total),
            enough=self.optional((*path, "page", "enough"), spec.page.enough, nested),
            take=self.optional((*path, "take"), spec.take, nested),
            where=self.optional((*path, "for_each", "where"), spec.for_each.where, nested) if spec.for_each else None,
            newest=self.optional((*path, "since", "newest"), spec.since.newest) if spec.since else None,
            absent=self.optional((*path, "absent", "when"), spec.absent.when) if spec.absent else None,
            one=self.expression((*path, "one", "items"), spec.one.items) if spec.one else None,
            part=self.expression((*path, "part", "by"), spec.part.by) if spec.part else None,
        )

    def subject(self, name: str, spec: SubjectDef) -> SubjectPlan:
        path: Path = ("subjects", name)
        self.known((*path, "stream"), spec.stream, self.manifest.streams, "stream")
        nested = _NONE | {"parent"}
        usual = [f"greenboard.io/{self.manifest.name}", *spec.annotations]
        identity = self.expression((*path, "id"), spec.id, nested)
        matches = [MatchPlan("id", "", identity), *(MatchPlan("annotation", key, identity) for key in usual)]
        for at, entry in enumerate(spec.match):
            for by, value in entry.items():
                keyed = value.items() if isinstance(value, dict) else [("", value)]
                matches += [
                    MatchPlan(by, key, self.expression((*path, "match", at, by), str(text), nested))
                    for key, text in keyed
                ]
        return SubjectPlan(
            name,
            spec,
            identity,
            self.expression((*path, "title"), spec.title, nested),
            self.optional((*path, "link"), spec.link, nested),
            self.optional((*path, "where"), spec.where, nested),
            tuple(matches),
        )

    def fact(
        self, at: int, spec: FactDef, subjects: Mapping[str, SubjectPlan], streams: Mapping[str, StreamPlan]
    ) -> FactPlan | None:
        path: Path = ("facts", at)
        if not (
            self.known((*path, "type"), spec.type, self.vocabulary.stored, "fact type")
            & self.known((*path, "about"), spec.about, subjects, "subject")
        ):
            return None
        subject, declared = subjects[spec.about], self.vocabulary.stored[spec.type]
        stream = spec.from_ or subject.spec.stream
        if not self.known((*path, "from"), stream, streams, "stream"):
            return None
        if stream != subject.spec.stream and subject.spec.stream not in streams[stream].line and not spec.of:
            what = f"{stream!r} hangs on no {subject.spec.stream!r}"
            self.wrong((*path, "from"), what, hint="Say with `of` the id of which subject a record is about.")
        names = frozenset({"parent", *spec.join})
        joins = tuple(self._join(path, alias, join, streams, stream) for alias, join in spec.join.items())
        made = {key: self.expression((*path, "map", key), text, names | {"item"}) for key, text in spec.map.items()}
        self._fields(path, spec, declared, made)
        of, where, each = (self.optional((*path, key), getattr(spec, key), names) for key in ("of", "where", "each"))
        aliases = frozenset(spec.join)
        return FactPlan(
            at,
            spec,
            declared,
            subject,
            stream,
            of,
            where,
            joins,
            each,
            made,
            self.optional((*path, "link"), spec.link, names | {"item"}),
            self.optional((*path, "observed_at"), spec.observed_at, names),
            {key: reading.names(one.tree, aliases) for key, one in made.items()},
            frozenset(name for one in (of, where, each) if one for name in reading.names(one.tree, aliases)),
        )

    def _join(self, path: Path, alias: str, spec: Join, streams: Mapping[str, StreamPlan], stream: str) -> JoinPlan:
        here: Path = (*path, "join", alias)
        found = self.known((*here, "stream"), spec.stream, streams, "stream")
        if found and not spec.by and stream not in streams[spec.stream].line:
            hint = "Say with `by: {LEFT: RIGHT}` which records belong together."
            self.wrong((*here, "stream"), f"{spec.stream!r} does not hang on {stream!r}", hint=hint)
        several = tuple(self.manifest.facts[int(path[1])].join)
        names = frozenset({"parent", *several[: several.index(alias)]})
        return JoinPlan(
            alias,
            spec,
            tuple(self.expression((*here, "by", left), left, names) for left in spec.by),
            tuple(self.expression((*here, "by", left), right, _NONE | {"parent"}) for left, right in spec.by.items()),
            self.optional((*here, "where"), spec.where, _NONE | {"parent"}),
        )

    def _fields(self, path: Path, spec: FactDef, declared: FactType, made: Mapping[str, Expression]) -> None:
        if declared.many is None and spec.each:
            self.wrong((*path, "each"), f"there is one {declared.name} of each entity, not several")
        if declared.many is not None and declared.many not in spec.map:
            self.wrong((*path, "map"), f"{declared.many} tells several {declared.name} apart and is needed")
        for name, expression in made.items():
            if not declared.open:
                self.known((*path, "map", name), name, declared.fields, f"field of {declared.name}")
            guesses = reading.functions(expression.tree) & _GUESSING
            if guesses and name not in spec.assumes:
                hint = f"Say under `assumes: {{{name}: ...}}` by which document the vendor means that."
                self.wrong((*path, "map", name), f"{min(guesses)} makes something of what is not known", hint=hint)
        for name in spec.assumes:
            self.known((*path, "assumes", name), name, spec.map, "mapped field")

    def others(self) -> None:
        """What streams, subjects and facts do not look at themselves."""
        manifest = self.manifest
        self.template(("api", "url"), manifest.api.url, _NONE | {"settings"})
        self.template(("api", "auth"), manifest.api.model_dump()["auth"], _NONE | {"settings", "secrets"})
        self.template(("api", "headers"), manifest.api.headers, _NONE | {"settings"})
        for at, permission in enumerate(manifest.permissions):
            for name in permission.streams:
                self.known(("permissions", at, "streams"), name, manifest.streams, "stream")
            for name in permission.actions:
                self.known(("permissions", at, "actions"), name, manifest.actions, "action")
        for at, name in enumerate(manifest.knows):
            self.known(("knows", at), name, self.vocabulary.stored, "fact type")
        if manifest.webhook:
            self.webhook(manifest.webhook)
        for name in manifest.contract.examples:
            self.known(("contract", "examples", name), name, manifest.streams, "stream")

    def webhook(self, webhook: Webhook) -> None:
        self.known(("webhook", "secret"), webhook.secret, self.manifest.secrets, "secret")
        targets = frozenset(subject.stream for subject in self.manifest.subjects.values())
        for at, refresh in enumerate(webhook.refresh):
            if not refresh.about:
                self.known(("webhook", "refresh", at, "stream"), refresh.stream, targets, "stream of a subject")
            for name in refresh.about:
                self.known(("webhook", "refresh", at, "about"), name, targets, "stream of a subject")
            self.expression(("webhook", "refresh", at, "id"), refresh.id)
            self.optional(("webhook", "refresh", at, "when"), refresh.when)
        if webhook.pull:
            self.expression(("webhook", "pull", "repository"), webhook.pull.repository)
            self.expression(("webhook", "pull", "number"), webhook.pull.number)
            self.optional(("webhook", "pull", "when"), webhook.pull.when)
        if webhook.challenge:
            for key in ("when", "value"):
                self.optional(("webhook", "challenge", key), getattr(webhook.challenge, key))
        self.optional(("webhook", "id"), webhook.id)
        self.optional(("webhook", "time"), webhook.time)

    def abouts(self) -> Mapping[str, AboutPlan]:
        """Of streams that messages name and that are of no subject: how the ids of subjects are told."""
        found: dict[str, AboutPlan] = {}
        for at, refresh in enumerate(self.manifest.webhook.refresh if self.manifest.webhook else ()):
            if not refresh.about:
                continue
            path: Path = ("webhook", "refresh", at)
            through, stream = self.manifest.streams.get(refresh.through), self.manifest.streams.get(refresh.stream)
            if refresh.through and not (through and through.for_each and through.for_each.stream == refresh.stream):
                self.wrong((*path, "through"), f"{refresh.through!r} does not hang on {refresh.stream!r}")
            elif not refresh.through and (stream is None or stream.one is None):
                hint = "Of a stream of no subject `one` has to say how a record is read, or there is `through`."
                self.wrong((*path, "stream"), f"one record of {refresh.stream!r} cannot be read", hint=hint)
            ids = {name: self.expression((*path, "about", name), text) for name, text in refresh.about.items()}
            found[refresh.stream] = AboutPlan(refresh.through, ids)
        return found

    def kept(self) -> frozenset[str] | None:
        """The fields that some expression or template names."""
        if any(spec.keep == "all" for spec in self.manifest.streams.values()):
            return None
        found: set[str] = {"id", "of", "value"}
        for spec in self.manifest.streams.values():
            found |= set(spec.keep) if not isinstance(spec.keep, str) else set()
        for one in self.every:
            found |= reading.identifiers(one.tree)
        return frozenset(found | set(self._in_templates()))

    def _in_templates(self) -> Iterator[str]:
        for spec in self.manifest.streams.values():
            for hole in templates.holes([spec.get, spec.post, spec.query, spec.body, spec.variables, spec.headers]):
                yield from hole.split(".")
