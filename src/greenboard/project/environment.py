"""The settings as typed values. What each does is declared in `configuration.declared`."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from greenboard.core import content
from greenboard.durable.types import Address
from greenboard.identity import configuration as identity
from greenboard.identity.configuration import Identity
from greenboard.outbound.addresses import Allowed
from greenboard.outbound.way import Way
from greenboard.project import database
from greenboard.project.configuration import declared, given
from greenboard.project.configuration.smtp import Smtp
from greenboard.project.database import Database

_LOCAL = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Environment:
    """The settings as typed values. Those that are secret are not in its `repr`."""

    data_dir: Path
    database: Database
    host: str
    port: int
    threads: int
    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    origin: str
    https: bool
    migrate: bool
    stop_seconds: int
    worker_id: str
    backup_dir: Path | None
    backups_kept: int
    log_format: str
    log_level: str
    log_requests: bool
    traces_url: str | None
    debug: bool
    fact_types: Path | None
    scorecards: Path | None
    attestations: Path | None
    evidence_bytes: int
    reviews: Path | None
    identity: Identity
    proxies: int
    token_rate: int
    api_body: int
    outbound: Allowed
    removal_share: int
    removal_few: int
    scaffold_updates: int
    own_exemptions: bool
    open_badges: bool
    report_domains: tuple[str, ...]
    secret_keys: Path
    smtp: Smtp
    mail_from: str
    package: Path
    secret_key: str = field(repr=False)
    first_password: str = field(repr=False)
    metrics_token: str = field(repr=False)

    @classmethod
    def read(cls, variables: Mapping[str, str] | None = None) -> Environment:
        """Read and check the settings; without `variables` those of the environment and of the file.

        Raises:
            UserError: a setting is unknown, or its value cannot be used.

        """
        if variables is None:
            given.adopt()
        told = given.resolved(os.environ if variables is None else variables)
        data_dir = declared.DATA_DIR.value(told)
        origin = declared.ORIGIN.value(told)
        seen = (str(urlsplit(origin).hostname),) if origin else ()
        return cls(
            data_dir=data_dir,
            database=database.read(declared.DATABASE_URL.value(told), data_dir),
            host=declared.HOST.value(told),
            port=declared.PORT.value(told),
            threads=declared.THREADS.value(told),
            hosts=(*_LOCAL, *declared.ALLOWED_HOSTS.value(told), *seen),
            origins=(origin,) if origin else (),
            origin=origin or f"http://127.0.0.1:{declared.PORT.value(told)}",
            https=bool(origin and origin.startswith("https://")),
            migrate=declared.MIGRATE.value(told),
            stop_seconds=declared.STOP_SECONDS.value(told),
            worker_id=declared.WORKER_ID.value(told) or "",
            backup_dir=declared.BACKUP_DIR.value(told),
            backups_kept=declared.BACKUPS_KEPT.value(told),
            log_format=declared.LOG_FORMAT.value(told),
            log_level=declared.LOG_LEVEL.value(told),
            log_requests=declared.LOG_REQUESTS.value(told),
            traces_url=declared.TRACES_URL.value(told),
            debug=declared.DEBUG.value(told),
            fact_types=content.own_fact_types(told),
            scorecards=content.own_scorecards(told),
            attestations=content.own_attestations(told),
            evidence_bytes=declared.EVIDENCE_BYTES.value(told),
            reviews=content.own_reviews(told),
            api_body=declared.API_BODY.value(told),
            outbound=replace(
                declared.OUTBOUND_ALLOW.value(told),
                way=Way(declared.OUTBOUND_PROXY.value(told), declared.OUTBOUND_CA.value(told)),
            ),
            removal_share=declared.REMOVAL_SHARE.value(told),
            removal_few=declared.REMOVAL_FEW.value(told),
            scaffold_updates=declared.SCAFFOLD_UPDATES.value(told),
            own_exemptions=declared.OWN_EXEMPTIONS.value(told),
            open_badges=declared.OPEN_BADGES.value(told),
            report_domains=tuple(name.lower() for name in declared.REPORT_DOMAINS.value(told)),
            token_rate=declared.TOKEN_RATE.value(told),
            identity=identity.read(declared.IDENTITY.value(told)),
            proxies=declared.PROXIES.value(told),
            secret_keys=declared.SECRET_KEYS.value(told) or data_dir / "sealing.keys",
            smtp=declared.SMTP_URL.value(told),
            mail_from=declared.MAIL_FROM.value(told),
            package=Path(__file__).resolve().parents[1],
            secret_key=declared.SECRET_KEY.value(told),
            first_password=declared.FIRST_PASSWORD.value(told),
            metrics_token=declared.METRICS_TOKEN.value(told),
        )

    @property
    def durable(self) -> Address:
        """Where the engine of durable work keeps its state: beside the data, never in the same file."""
        return Address(self.data_dir, self.database.parameters)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be in a log."""
        own = (self.secret_key, self.first_password, self.metrics_token)
        password = str(self.database.settings.get("PASSWORD") or "")
        return tuple(text for text in (password, self.smtp.password, *own) if text)


def secret_key(data_dir: Path) -> str:
    """The key that signs sessions: made once, kept in the data folder, readable by its owner only."""
    path = data_dir / "secret.key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    data_dir.mkdir(parents=True, exist_ok=True)
    fresh = secrets.token_urlsafe(48)
    # Written aside and linked into place, so that two processes that start at once agree on one key
    # and a kill in the middle leaves no half-written one.
    aside = data_dir / f".secret-{os.getpid()}-{secrets.token_hex(4)}"
    aside.touch(mode=0o600)
    aside.write_text(fresh, encoding="ascii")
    try:
        os.link(aside, path)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    finally:
        aside.unlink()
    return fresh
