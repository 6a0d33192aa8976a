"""Panels from another origin, and what their proxies may call for them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from greenboard.core.refs import Ref
from greenboard.plugins.contract import line, named

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_LOCAL = ("localhost", "127.0.0.1")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)
_SEGMENT = re.compile(r"[A-Za-z0-9._~@:,;=+$!'()-]{1,200}", re.ASCII)
_ABOUT = {"{kind}": "kind", "{namespace}": "namespace", "{name}": "name"}


def origin(url: str) -> str:
    """The origin of an address: https, or http at this very machine.

    Raises:
        ValueError: it has none that could be meant.

    """
    parts = urlsplit(str(url))
    host, port = parts.hostname or "", parts.port
    local = parts.scheme == "http" and host in _LOCAL
    if not (parts.scheme == "https" or local) or not _HOST.fullmatch(host) or parts.username or parts.password:
        raise ValueError(f"no address that begins with https://HOST: {url!r:.80}")
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"


@dataclass(frozen=True)
class Frame:
    """A panel on the page of each entity that another origin draws, in a sandboxed frame.

    Its scripts run there without the origin's own storage. What it is told stands in the fragment of its address, as a
    query: `token`, `entity` (a reference), `api` (where it reads that entity) and `proxy`. `kinds` are those of the
    entities that have it; none is all. `height` is in pixels.
    """

    name: str
    title: str
    url: str
    kinds: tuple[str, ...] = ()
    height: int = 320
    order: int = 85

    def __post_init__(self) -> None:
        named(self.name)
        line("the title", self.title)
        origin(self.url)
        if "#" in self.url or not 40 <= int(self.height) <= 2000:
            raise ValueError(f"a frame has no fragment, and is 40 to 2000 pixels high: {self.name}")


@dataclass(frozen=True)
class Proxy:
    """What frames of the plugin may call through Greenboard, which adds a secret.

    `allows` are methods and paths. In a path a segment `*` stands for any one; `{kind}`, `{namespace}` and `{name}`
    stand for those of the entity that the frame is shown for, and for nothing else. `header` is added, with `{secret}`
    in its `value` replaced by the setting that `secret` names.
    """

    name: str
    origin: str
    allows: tuple[tuple[str, str], ...]
    secret: str = ""
    header: str = "Authorization"
    value: str = "Bearer {secret}"

    def __post_init__(self) -> None:
        named(self.name)
        if origin(self.origin) != self.origin:
            raise ValueError(f"an origin is a scheme and a host: {self.origin!r:.80}")
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", self.header) or not self.value.isprintable():
            raise ValueError(f"no header: {self.header!r:.80}")
        for method, path in self.allows:
            if method not in METHODS or not path.startswith("/"):
                raise ValueError(f"allows a method and a path that begins with a slash, not {method!r} {path!r:.80}")
        if self.secret:
            named(self.secret)

    def allowed(self, method: str, path: str, entity: Ref) -> bool:
        """Whether a call is one of those that are listed. What could be read in two ways is not."""
        segments = path.split("/")[1:]
        if not path.startswith("/") or not all(_plain(one) for one in segments):
            return False
        about = {mark: getattr(entity, part) for mark, part in _ABOUT.items()}
        return any(method == allowed and _fits(segments, pattern, about) for allowed, pattern in self.allows)


def _plain(segment: str) -> bool:
    return bool(_SEGMENT.fullmatch(segment)) and set(segment) != {"."}


def _fits(segments: list[str], pattern: str, about: Mapping[str, str]) -> bool:
    wanted = pattern.split("/")[1:]
    return len(wanted) == len(segments) and all(
        want == "*" or segment == about.get(want, want) for want, segment in zip(wanted, segments, strict=True)
    )
