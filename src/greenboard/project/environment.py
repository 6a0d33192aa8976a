"""What the environment says: every GREENBOARD_ variable, with its default and its check."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from greenboard.core import content
from greenboard.core.errors import UserError
from greenboard.outbound.addresses import Allowed
from greenboard.project import database
from greenboard.project.database import Database

SETTINGS = {
    "GREENBOARD_DATA_DIR": "Folder of the database, the sample and the secret key. Default: ./data",
    "GREENBOARD_DATABASE_URL": "Database: postgresql://... or sqlite:///PATH. Default: a file in the data folder",
    "GREENBOARD_PORT": "Port that the board is served on. Default: 8000",
    "GREENBOARD_HOST": "Address that the board listens on. Default: 127.0.0.1",
    "GREENBOARD_ALLOWED_HOSTS": "Host names that the board answers to, separated by commas. Default: this machine only",
    "GREENBOARD_ORIGIN": "Address that people see, for instance https://ready.example.com. Sets secure cookies",
    "GREENBOARD_SCORECARDS": "Folder of scorecards of your own, as YAML, beside those that ship. Default: none",
    "GREENBOARD_FACT_TYPES": "Folder of fact types of your own, as YAML, and of keys of custom facts. Default: none",
    "GREENBOARD_TOKEN_RATE": "Requests a minute that one token may send to one process; 0 is no limit. Default: 600",
    "GREENBOARD_SECRET_KEYS": "File of keys that seal secrets, one a line. Default: sealing.keys in the data folder",
    "GREENBOARD_OUTBOUND_ALLOW": "Networks and hosts that may be called besides public ones, by commas. Default: none",
    "GREENBOARD_API_BODY": "Bytes that the body of a request to the API may have. Default: 33554432",
    "GREENBOARD_DEBUG": "1 shows error details in the browser; never on a shared machine. Default: 0",
}
"""Every setting with what it does; a test asserts that each is in the documentation."""

_LOCAL = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Environment:
    """The settings as typed values."""

    data_dir: Path
    database: Database
    host: str
    port: int
    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    https: bool
    debug: bool
    fact_types: Path | None
    scorecards: Path | None
    token_rate: int
    api_body: int
    outbound: Allowed
    secret_keys: Path
    package: Path

    @classmethod
    def read(cls, variables: Mapping[str, str] | None = None) -> Environment:
        """Read and check the variables.

        Raises:
            UserError: an unknown GREENBOARD_ variable's value cannot be used.

        """
        given = os.environ if variables is None else variables
        origin = given.get("GREENBOARD_ORIGIN", "").rstrip("/")
        if origin and not origin.startswith(("http://", "https://")):
            raise UserError("GREENBOARD_ORIGIN is not an address", expected="https://HOST", got=repr(origin))
        host = given.get("GREENBOARD_HOST", "127.0.0.1")
        named = tuple(name.strip() for name in given.get("GREENBOARD_ALLOWED_HOSTS", "").split(",") if name.strip())
        seen = (origin.split("://")[1].split(":")[0],) if origin else ()
        data_dir = Path(given.get("GREENBOARD_DATA_DIR") or "data").expanduser().resolve()
        return cls(
            data_dir=data_dir,
            database=database.read(given.get(database.NAME, ""), data_dir),
            host=host,
            port=_port(given.get("GREENBOARD_PORT", "8000")),
            hosts=(*_LOCAL, *named, *seen),
            origins=(origin,) if origin else (),
            https=origin.startswith("https://"),
            fact_types=content.own_fact_types(given),
            scorecards=content.own_scorecards(given),
            api_body=_bytes(given.get("GREENBOARD_API_BODY", str(32 * 2**20))),
            outbound=_outbound(given.get("GREENBOARD_OUTBOUND_ALLOW", "")),
            token_rate=_rate(given.get("GREENBOARD_TOKEN_RATE", "600")),
            secret_keys=Path(given.get("GREENBOARD_SECRET_KEYS") or data_dir / "sealing.keys").expanduser().resolve(),
            debug=_flag("GREENBOARD_DEBUG", given.get("GREENBOARD_DEBUG", "0")),
            package=Path(__file__).resolve().parents[1],
        )


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise UserError("GREENBOARD_PORT is not a port", expected="a number from 1 to 65535", got=repr(text))
    return int(text)


def _rate(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise UserError("GREENBOARD_TOKEN_RATE is not a number of requests", expected="0 or more", got=repr(text))
    return int(text)


def _outbound(text: str) -> Allowed:
    try:
        return Allowed.read(text.split(","))
    except UserError as error:
        what = "GREENBOARD_OUTBOUND_ALLOW cannot be read"
        raise UserError(what, expected=error.expected, got=error.got) from None


def _bytes(text: str) -> int:
    if not text.isdecimal() or len(text) > 12 or int(text) < 1024:
        raise UserError("GREENBOARD_API_BODY is not a number of bytes", expected="1024 or more", got=repr(text))
    return int(text)


def _flag(name: str, text: str) -> bool:
    if text not in ("0", "1", ""):
        raise UserError(f"{name} is neither on nor off", expected="0 or 1", got=repr(text))
    return text == "1"


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
