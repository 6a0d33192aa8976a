"""The manifest of an integration as typed data; docs/integrations.md is its reference. Pure.

Expressions and templates are plain text here: `plan` compiles them, with the place of each mistake.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from greenboard.connections.action.form import ActionDef, ActionName
from greenboard.connections.rates import Rate
from greenboard.connections.strict import Name, Strict
from greenboard.core import clock

Span = Annotated[
    timedelta,
    BeforeValidator(
        lambda value: clock.parse_span(value) if isinstance(value, str) else value,
        json_schema_input_type=str,
    ),
]
RateText = Annotated[Rate, BeforeValidator(lambda value: Rate.read(value) if isinstance(value, str) else value)]
Category = Literal[
    "source-control", "ci-cd", "coverage", "code-quality", "vulnerability", "registry", "package-registry", "eol",
    "on-call", "incidents", "monitoring", "logging", "error-tracking", "cloud", "kubernetes", "iac", "feature-flags",
    "issue-tracker", "docs", "identity", "hr", "chat", "catalog", "secrets",
]  # fmt: skip


class Setting(Strict):
    """What a connection is told. It stands in templates as `{settings.NAME}`."""

    type: Literal["text", "url", "choice", "int", "bool", "list"]
    title: str
    doc: str = ""
    default: Any = None
    values: tuple[str, ...] = ()
    required: bool = True


class Secret(Strict):
    """What a connection is told and nobody is shown: `{secrets.NAME}`, only in `api` and `webhook`."""

    title: str
    doc: str = ""
    optional: bool = False


class Permission(Strict):
    """What the token needs, and for which streams and actions."""

    name: str
    doc: str = ""
    streams: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


class Auth(Strict):
    """How calls say who asks. Of several the first is taken whose secrets are all given."""

    kind: Literal["bearer", "header", "basic", "query", "oauth_client", "github_app", "aws", "none"]
    token: str = ""
    headers: dict[str, str] = {}
    user: str = ""
    password: str = ""
    params: dict[str, str] = {}
    token_url: str = ""
    client_id: str = ""
    client_secret: str = ""
    scope: str = ""
    audience: str = ""
    app_id: str = ""
    private_key: str = ""
    installation_id: str = ""


class Account(Strict):
    """What says whom the tool takes us for: a call, or a function of collect.py; `show` is an expression on that."""

    get: str = ""
    code: str = ""
    show: str

    @model_validator(mode="after")
    def _one(self) -> Account:
        if bool(self.get) is bool(self.code):
            msg = "either get or code"
            raise ValueError(msg)
        return self


class Refusal(Strict):
    """How the tool says in an answer of status 200 that it refuses. All are expressions on the body."""

    when: str
    text: str
    permission: tuple[str, ...] = ()
    limit: tuple[str, ...] = ()


class Api(Strict):
    """Where the tool is and how it is called. `headers` and `query` go with every call."""

    url: str
    auth: Auth | tuple[Auth, ...] = Auth(kind="none")
    headers: dict[str, str] = {}
    query: dict[str, Any] = {}
    version: str = ""
    account: Account | None = None
    refusal: Refusal | None = None


class LimitHeaders(Strict):
    """Headers in which the tool says how much is left, and when there is more (seconds, or since 1970)."""

    remaining: str
    reset: str = ""


class Limit(Strict):
    """A bucket of calls: how many in how long (`960/min`), how many at once."""

    rate: RateText
    burst: int = 10
    headers: LimitHeaders | None = None
    concurrency: int = Field(default=4, ge=1, le=16)


class Retry(Strict):
    """When a call is made again."""

    attempts: int = Field(default=5, ge=1, le=10)
    status: tuple[int, ...] = (429, 500, 502, 503, 504)
    honour: str = "retry-after"
    longest: Span = timedelta(minutes=2)


class Page(Strict):
    """How one goes on to the next page of a stream. `next`, `more` and `total` are expressions on the body.

    `most` is how many records the tool gives at most: when there are as many, there may be more. `enough` is an
    expression on a record: no further page is wanted when it holds for the last one.
    """

    kind: Literal["none", "link", "next", "cursor", "page", "offset"] = "none"
    param: str = ""
    size_param: str = ""
    size: int | None = None
    first: int = 1
    next: str = ""
    header: str = ""
    more: str = ""
    enough: str = ""
    total: str = ""
    place: Literal["query", "body", "variables"] = "query"
    until: Literal["short", "empty"] = "short"
    most: int | None = None


class ForEach(Strict):
    """Read once for each record of another stream, or each value of a setting that is a list."""

    stream: str = ""
    setting: str = ""
    where: str = ""

    @model_validator(mode="after")
    def _one(self) -> ForEach:
        if bool(self.stream) is bool(self.setting):
            msg = "either stream or setting"
            raise ValueError(msg)
        return self


class Since(Strict):
    """Only what changed since the last collection is asked for. What is older than `keep` is forgotten.

    `newest` is an expression on a record: when it changed. `first` is asked for when nothing is kept.
    """

    param: str
    newest: str
    overlap: Span = timedelta(hours=1)
    keep: Span
    format: Literal["iso", "epoch", "epoch_ms", "date"] = "iso"


class Absent(Strict):
    """Answers that say that something is not there, which is knowledge. `when` is an expression on the body."""

    status: tuple[int, ...] = (404,)
    when: str = ""


class One(Strict):
    """How one record is read by its `{id}`, for a targeted refresh."""

    get: str
    items: str = "@"
    query: dict[str, Any] = {}


class Part(Strict):
    """How only those records are read for which `by`, an expression on a record, is `{id}`: for a targeted refresh."""

    by: str
    query: dict[str, Any]


class Stream(Strict):
    """A list of records that the tool gives. A query of GraphQL is posted `at` an address.

    What is taken with `take`, an expression on the parent, is in its record and needs no call. Where not one
    record may mean that the tool is not used for this, `empty` says so: then nothing is known.
    """

    get: str = ""
    post: str = ""
    graphql: str = ""
    at: str = "/graphql"
    code: str = ""
    take: str = ""
    doc: str = ""
    query: dict[str, Any] = {}
    headers: dict[str, str] = {}
    body: Any = None
    variables: dict[str, Any] = {}
    items: str = "@"
    unfold: str = ""
    id: str = "id"
    page: Page = Page()
    bucket: str = ""
    for_each: ForEach | None = None
    since: Since | None = None
    absent: Absent | None = None
    one: One | None = None
    part: Part | None = None
    optional: bool = False
    empty: str = ""
    again: bool = False
    etag: bool = False
    keep: Literal["read", "all"] | tuple[str, ...] = "read"

    @model_validator(mode="after")
    def _one_way(self) -> Stream:
        if sum(map(bool, (self.get, self.post, self.graphql, self.code, self.take))) != 1:
            msg = "exactly one of get, post, graphql, code and take"
            raise ValueError(msg)
        if self.take and (self.for_each is None or not self.for_each.stream):
            msg = "take needs for_each: {stream: ...}"
            raise ValueError(msg)
        return self


Way = Literal["entity", "annotation", "tag", "name", "repository", "email", "login", "contact"]


class SubjectDef(Strict):
    """A thing in the tool that facts are about. All but `stream`, `kinds` and `annotations` are expressions.

    `match` goes from the strongest to the weakest: `{annotation: {KEY: EXPRESSION}}` and
    `{entity|tag|name|repository|email|login|contact: EXPRESSION}`. The id, and the annotation
    `greenboard.io/INTEGRATION` with it, come before all, and `annotations` are further keys for the id.
    """

    stream: str
    kinds: tuple[str, ...] = ()
    id: str = "id"
    title: str = "name"
    link: str = ""
    where: str = ""
    annotations: tuple[str, ...] = ()
    match: tuple[
        dict[Literal["entity", "annotation", "tag", "name", "repository", "email", "login", "contact"], Any], ...
    ] = ()


class Join(Strict):
    """Records of another stream beside the one at hand: `by: {LEFT: RIGHT}`, or its own children without."""

    stream: str
    by: dict[str, str] = {}
    many: bool = False
    where: str = ""


class FactDef(Strict):
    """How a fact is made of a record. `map` has an expression for each field."""

    type: str
    about: str
    from_: str = Field(default="", alias="from")
    of: str = ""
    where: str = ""
    join: dict[Name, Join] = {}
    each: str = ""
    map: dict[str, str]
    link: str = ""
    observed_at: str = ""
    assumes: dict[str, str] = {}


class Refresh(Strict):
    """Which record of which stream a message is about. `when` and `id` are expressions on its body.

    Where that is the stream of no subject, `about` gives the ids of those by their stream: expressions on the record,
    or on those of `through`, a stream that hangs on it and is read again for it.
    """

    when: str = ""
    stream: str
    id: str
    through: str = ""
    about: dict[Name, str] = {}


class Pull(Strict):
    """Which pull request a message is about: its repository as `OWNER/NAME`, and its number there."""

    when: str = ""
    repository: str
    number: str


class Challenge(Strict):
    """How the tool makes sure that we are there: it sends a value, and wants it back as the field `answer`.

    The value is in a header of a GET, or is what `value` gives of a message for which `when` holds.
    """

    answer: str
    header: str = ""
    when: str = ""
    value: str = ""


class Webhook(Strict):
    """How messages of the tool are told from others; see `signatures` for what the families need.

    `id`, `time` are expressions on the body; `claim` is that of a JSON Web Token with the body's SHA-256. Where the
    header of this family does not come, `otherwise` says how else messages may be signed.
    """

    family: Literal[
        "hub_sha256", "hmac_base64", "t_v1", "standard_webhooks", "slack_v0", "sha512", "rsa_jwt", "shared_token"
    ]
    header: str = ""
    prefix: str = ""
    separator: str = ""
    between: str = "."
    claim: str = "request_body_sha256"
    secret: str = "webhook_secret"  # noqa: S105 - the name of a secret, not one
    tolerance: Span = timedelta(minutes=5)
    id: str = ""
    id_header: str = ""
    time: str = ""
    doc: str = ""
    otherwise: Webhook | None = None
    challenge: Challenge | None = None
    refresh: tuple[Refresh, ...] = ()
    pull: Pull | None = None


class Ignored(Strict):
    """A finding of the contract check that is accepted. `what` is a part of its text."""

    what: str
    reason: str


class Contract(Strict):
    """The vendor's own description that the integration is checked against.

    `prefix` is what its paths begin with and ours do not. `examples` are values for generated records:
    `{STREAM: {PATH: VALUE}}`, and `settings` those that it is tried with where made-up ones do not do.
    """

    spec: str | tuple[str, ...] = ()
    prefix: str = ""
    ignore: tuple[Ignored, ...] = ()
    examples: dict[str, dict[str, Any]] = {}
    settings: dict[Name, Any] = {}


class Manifest(Strict):
    """An integration: how to talk to one tool, which facts come of what it says, and what can be done there.

    `knows` names fact types of other sources that its code is told of, as `connection.known`.
    """

    name: Name
    title: str
    category: Category
    summary: str
    docs: tuple[str, ...] = ()
    settings: dict[Name, Setting] = {}
    secrets: dict[Name, Secret] = {}
    permissions: tuple[Permission, ...] = ()
    knows: tuple[str, ...] = ()
    api: Api
    limits: dict[Name, Limit] = {}
    retry: Retry = Retry()
    streams: dict[Name, Stream]
    subjects: dict[Name, SubjectDef]
    facts: tuple[FactDef, ...]
    actions: dict[ActionName, ActionDef] = {}
    webhook: Webhook | None = None
    contract: Contract = Contract()
