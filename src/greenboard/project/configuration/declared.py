"""Every setting, once: its name, what it does, its form and its default.

The table in docs/settings.md is made of this (`tools/settings.py`), and a test says when it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from greenboard.core.errors import UserError
from greenboard.project import database
from greenboard.project.configuration import forms, smtp
from greenboard.project.configuration.forms import Form

T_co = TypeVar("T_co", covariant=True)
PREFIX = "GREENBOARD_"
CONFIG = "GREENBOARD_CONFIG"


@dataclass(frozen=True)
class Setting(Generic[T_co]):
    """One setting. `what` and `shown` (the default, where it is no text) are Markdown.

    The value of a secret is never shown, and may stand in a file that `NAME_FILE` names.
    """

    name: str
    what: str
    form: Form[T_co]
    default: str = ""
    shown: str = ""
    secret: bool = False

    @property
    def key(self) -> str:
        """Its name in the file of settings."""
        return self.name.removeprefix(PREFIX).lower()

    def value(self, given: Mapping[str, str]) -> T_co:
        """What is given for it, or its default; an empty text is as good as none.

        Raises:
            UserError: what is given has another form.

        """
        return self.read(given.get(self.name, "").strip() or self.default)

    def read(self, text: str) -> T_co:
        """The value of a text; errors as for `value`."""
        try:
            return self.form.parse(text)
        except ValueError:
            got = None if self.secret else repr(text)
            raise UserError(f"{self.name} {self.form.fault}", expected=self.form.expected, got=got) from None


DATA_DIR = Setting(
    "GREENBOARD_DATA_DIR",
    "Folder of the database, the secret key and the sample organization's repositories",
    forms.PATH,
    "data",
    "`data` in the working folder",
)
DATABASE_URL = Setting(
    database.NAME,
    "Where the database is: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE` or `sqlite:///PATH`",
    forms.TEXT,
    shown="SQLite, a file in the data folder",
    secret=True,
)
HOST = Setting("GREENBOARD_HOST", "Address that the board listens on", forms.TEXT, "127.0.0.1")
PORT = Setting("GREENBOARD_PORT", "Port that the board is served on", forms.PORT, "8000")
THREADS = Setting("GREENBOARD_THREADS", "Requests that one web process answers at once", forms.number(1, 64), "4")
ALLOWED_HOSTS = Setting(
    "GREENBOARD_ALLOWED_HOSTS",
    "Host names that the board answers to, separated by commas",
    forms.NAMES,
    shown="this machine only",
)
ORIGIN = Setting(
    "GREENBOARD_ORIGIN",
    "Address that people see, for instance `https://ready.example.com`; with https it makes cookies secure",
    forms.ORIGIN,
)
SECRET_KEY = Setting(
    "GREENBOARD_SECRET_KEY",
    "What signs sessions. Several machines that share a database need the same",
    forms.at_least(32),
    shown="made once, `secret.key` in the data folder",
    secret=True,
)
FIRST_PASSWORD = Setting(
    "GREENBOARD_FIRST_PASSWORD",
    "Password of the first administrator, `admin`, of a new installation",
    forms.at_least(12),
    shown="made once, `first-password.txt` in the data folder",
    secret=True,
)
SCORECARDS = Setting(
    "GREENBOARD_SCORECARDS",
    "Folder of [scorecards](scorecards.md) of your own, one YAML file each, beside those that ship; one of the same "
    "file name takes the place of the one that ships",
    forms.TEXT,
)
REVIEWS = Setting(
    "GREENBOARD_REVIEWS",
    "Folder of templates of [reviews](reviews.md) of your own, one YAML file each, beside those that ship; one of the "
    "same name takes the place of the one that ships",
    forms.TEXT,
)
FACT_TYPES = Setting(
    "GREENBOARD_FACT_TYPES",
    "Folder of fact types of your own, as YAML, and of keys of custom facts; see "
    "[language.md](language.md#custom-facts)",
    forms.TEXT,
)
ATTESTATIONS = Setting(
    "GREENBOARD_ATTESTATIONS",
    "Folder of [policies of attestations](attestations.md#policies) of your own, one YAML file each; one of the same "
    "item takes the place of the one that ships",
    forms.TEXT,
)
EVIDENCE_BYTES = Setting(
    "GREENBOARD_EVIDENCE_BYTES",
    "Bytes that a file of evidence may have; see [attestations.md](attestations.md#files)",
    forms.number(1_024, 100 * 2**20),
    str(10 * 2**20),
)
INTEGRATIONS = Setting(
    "GREENBOARD_INTEGRATIONS",
    "Folders of [integrations](integrations.md) of your own, separated by colons; each is one, or holds several",
    forms.TEXT,
)
PLUGINS = Setting(
    "GREENBOARD_PLUGINS",
    "Names of the [plugins](plugins.md) that may run, of those that are installed, separated by commas; `none` is none",
    forms.NAMES,
    shown="all that are installed",
)
IDENTITY = Setting(
    "GREENBOARD_IDENTITY",
    "File of the providers by which people sign in and are provisioned; see [identity.md](identity.md)",
    forms.optional(forms.PATH),
    shown="none: name and password only",
)
PROXIES = Setting(
    "GREENBOARD_PROXIES",
    "How many proxies of yours stand before the board; that many are believed about the client's address",
    forms.number(0, 9),
    "0",
)
OPEN_BADGES = Setting(
    "GREENBOARD_OPEN_BADGES",
    "`1` shows badges of every entity to whoever asks, without a key in the address",
    forms.FLAG,
    "0",
)
REPORT_DOMAINS = Setting(
    "GREENBOARD_REPORT_DOMAINS",
    "Domains, separated by commas, to whose mail addresses reports may be sent besides accounts",
    forms.NAMES,
    shown="none",
)
TOKEN_RATE = Setting(
    "GREENBOARD_TOKEN_RATE",
    "Requests a minute that one token may send to one web process; `0` is no limit. See [access.md](access.md#tokens)",
    forms.number(0, 999_999_999),
    "600",
)
API_BODY = Setting(
    "GREENBOARD_API_BODY",
    "Bytes that the body of a request may have",
    forms.number(1_024, 10**10),
    str(32 * 2**20),
)
OUTBOUND_ALLOW = Setting(
    "GREENBOARD_OUTBOUND_ALLOW",
    "What may be called besides public addresses: networks (`10.0.0.0/8`) and names of hosts, separated by commas. "
    "See [api.md](api.md#webhooks)",
    forms.ALLOWED,
    shown="none",
)
OUTBOUND_PROXY = Setting(
    "GREENBOARD_OUTBOUND_PROXY",
    "HTTP proxy through which everything is called that `GREENBOARD_OUTBOUND_ALLOW` does not name. "
    "See [connections.md](connections.md#proxies-and-certificates)",
    forms.PROXY,
    shown="none",
    secret=True,
)
OUTBOUND_CA = Setting(
    "GREENBOARD_OUTBOUND_CA",
    "File of certificates (PEM) that are trusted in calls to other machines, besides those of the public",
    forms.CERTIFICATES,
    shown="none",
)
SMTP_URL = Setting(
    "GREENBOARD_SMTP_URL",
    "Server that mail is sent by: `smtps://USER:PASSWORD@HOST:465` (TLS), `smtp://USER:PASSWORD@HOST:587` (STARTTLS), "
    "or `smtp+plain://HOST:25` (neither). See [notifications.md](notifications.md#mail)",
    smtp.URL,
    shown="none, and no mail",
    secret=True,
)
MAIL_FROM = Setting(
    "GREENBOARD_MAIL_FROM",
    "Whom mail comes from: `Greenboard <greenboard@example.com>`, or the address alone",
    smtp.FROM,
    "greenboard@localhost",
)
REMOVAL_SHARE = Setting(
    "GREENBOARD_REMOVAL_SHARE",
    "Percent of a fact type that may be gone from a tool at once; more waits until somebody confirms. See "
    "[connections.md](connections.md#what-is-gone)",
    forms.number(0, 100),
    "10",
)
REMOVAL_FEW = Setting(
    "GREENBOARD_REMOVAL_FEW",
    "So few facts may be gone at once whatever their share is",
    forms.number(0, 10**9),
    "10",
)
SCAFFOLD_UPDATES = Setting(
    "GREENBOARD_SCAFFOLD_UPDATES",
    "So many pull requests that bring projects up to date with their scaffold may be open at once, which a newer "
    "version opens by itself; with `0` people open them. See [scaffolding.md](scaffolding.md#bringing-up-to-date)",
    forms.number(0, 1000),
    "10",
)
OWN_EXEMPTIONS = Setting(
    "GREENBOARD_OWN_EXEMPTIONS",
    "`1` lets people decide the exemptions that they asked for themselves, where they may decide any. See "
    "[exemptions.md](exemptions.md#who-may-what)",
    forms.FLAG,
    "0",
)
SECRET_KEYS = Setting(
    "GREENBOARD_SECRET_KEYS",
    "File of the keys that seal secrets at rest, one a line; the first seals, all open. See "
    "[access.md](access.md#secrets-at-rest)",
    forms.optional(forms.PATH),
    shown="`sealing.keys` in the data folder",
)
MIGRATE = Setting(
    "GREENBOARD_MIGRATE",
    "`0`: `serve`, `web` and `worker` do not bring the database up to date, but end when it is behind; "
    "`greenboard migrate` does it",
    forms.FLAG,
    "1",
)
STOP_SECONDS = Setting(
    "GREENBOARD_STOP_SECONDS",
    "How long a process that is told to stop may take to finish what is in hand",
    forms.number(1, 600),
    "25",
)
WORKER_ID = Setting(
    "GREENBOARD_WORKER_ID",
    "Name that a worker keeps over its restarts, by which it finds its unfinished work again; no two may have the "
    "same. See [durable.md](durable.md)",
    forms.optional(forms.WORKER),
    shown="host and the first number that is free",
)
BACKUP_DIR = Setting(
    "GREENBOARD_BACKUP_DIR",
    "Folder that a worker writes a backup into each night at 02:30 UTC; with several machines one that all reach",
    forms.optional(forms.PATH),
    shown="none, and no backups by itself",
)
BACKUPS_KEPT = Setting(
    "GREENBOARD_BACKUPS_KEPT", "How many of those backups stay; older ones are removed", forms.number(1, 10_000), "14"
)
LOG_FORMAT = Setting(
    "GREENBOARD_LOG_FORMAT", "How the log is written to standard error", forms.choice("text", "json"), "text"
)
LOG_LEVEL = Setting(
    "GREENBOARD_LOG_LEVEL",
    "The least important line that is logged",
    forms.choice("debug", "info", "warning", "error"),
    "info",
)
LOG_REQUESTS = Setting("GREENBOARD_LOG_REQUESTS", "`1` logs a line for each request", forms.FLAG, "0")
METRICS_TOKEN = Setting(
    "GREENBOARD_METRICS_TOKEN",
    "Who sends it as a bearer token may read `/metrics`; without it there are no metrics",
    forms.at_least(16),
    secret=True,
)
TRACES_URL = Setting(
    "GREENBOARD_TRACES_URL",
    "Where OpenTelemetry traces go, for instance `http://collector:4318`; needs `greenboard[otel]`",
    forms.ORIGIN,
)
DEBUG = Setting(
    "GREENBOARD_DEBUG", "`1` shows error details in the browser; never on a shared machine", forms.FLAG, "0"
)

SETTINGS: tuple[Setting[object], ...] = (
    DATA_DIR,
    DATABASE_URL,
    HOST,
    PORT,
    THREADS,
    ALLOWED_HOSTS,
    ORIGIN,
    SECRET_KEY,
    FIRST_PASSWORD,
    SCORECARDS,
    FACT_TYPES,
    ATTESTATIONS,
    EVIDENCE_BYTES,
    REVIEWS,
    OWN_EXEMPTIONS,
    INTEGRATIONS,
    PLUGINS,
    IDENTITY,
    PROXIES,
    TOKEN_RATE,
    API_BODY,
    OUTBOUND_ALLOW,
    OUTBOUND_PROXY,
    OUTBOUND_CA,
    SMTP_URL,
    MAIL_FROM,
    REMOVAL_SHARE,
    REMOVAL_FEW,
    SCAFFOLD_UPDATES,
    OPEN_BADGES,
    REPORT_DOMAINS,
    SECRET_KEYS,
    MIGRATE,
    STOP_SECONDS,
    WORKER_ID,
    BACKUP_DIR,
    BACKUPS_KEPT,
    LOG_FORMAT,
    LOG_LEVEL,
    LOG_REQUESTS,
    METRICS_TOKEN,
    TRACES_URL,
    DEBUG,
)
ELSEWHERE = (
    CONFIG, "GREENBOARD_SKIP_ASSETS", "GREENBOARD_SPECS", "GREENBOARD_URL", "GREENBOARD_TOKEN", "GREENBOARD_TARGET_URL",
    "GREENBOARD_TEST_SHOTS", "GREENBOARD_TEST_KILLS", "GREENBOARD_TEST_SEED", "GREENBOARD_TEST_EXAMPLES",
    "GREENBOARD_CEL_CONFORMANCE",
)  # fmt: skip
"""Variables that are not settings of an installation: of the build, the tests, and commands that speak to one."""
BY_NAME = {setting.name: setting for setting in SETTINGS}
BY_KEY = {setting.key: setting for setting in SETTINGS}
