"""Which addresses may be called. Pure.

By default only those of the public internet. Python's `is_global` is not enough: it knows neither
what an address carries inside (IPv4 within IPv6, NAT64, 6to4, Teredo) nor every reserved range.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from greenboard.core.errors import UserError
from greenboard.outbound.way import Way

Address = IPv4Address | IPv6Address
_CLOSED = tuple(
    ip_network(text)
    for text in (
        # RFC 6890 and the IANA registries of special-purpose addresses, with what Python 3.11 calls global.
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "::1/128",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")


@dataclass(frozen=True)
class Allowed:
    """What may be called besides the public internet: networks, and names of hosts whatever address they have.

    The `way` is that of everything else: what is named here is called directly.
    """

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    way: Way = field(default_factory=Way)

    @classmethod
    def read(cls, texts: Iterable[str]) -> Allowed:
        """Networks such as 10.0.0.0/8, addresses, and names such as hooks.internal.

        Raises:
            UserError: something that is none of these.

        """
        networks, hosts = [], set()
        for text in (part.strip() for part in texts if part.strip()):
            try:
                networks.append(ip_network(text))
            except ValueError:
                if not text.replace("-", "").replace(".", "").isalnum():
                    expected = "a network such as 10.0.0.0/8, or the name of a host"
                    raise UserError("not an address that may be called", expected=expected, got=repr(text)) from None
                hosts.add(text.lower().rstrip("."))
        return cls(tuple(networks), frozenset(hosts))

    def names(self, host: str) -> bool:
        """Whether a host may be called by its name, whatever its address is."""
        return host.lower().rstrip(".") in self.hosts

    def admits(self, address: Address) -> bool:
        """Whether an address may be called."""
        inner = [address, *_inside(address)]
        return all(self._named(one) or _is_public(one) for one in inner)

    def direct(self, host: str) -> bool:
        """Whether a host is called directly, whether or not there is a proxy."""
        literal = _literal(host)
        return self.names(host) or (literal is not None and self._named(literal))

    def _named(self, address: Address) -> bool:
        return any(address in network for network in self.networks if network.version == address.version)


def _is_public(address: Address) -> bool:
    closed = any(address in network for network in _CLOSED if network.version == address.version)
    return not closed and (address.is_global or address in _NAT64)


def _inside(address: Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or address in _COMPATIBLE:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in found if one is not None]


def check(url: str, allowed: Allowed) -> SplitResult:
    """An address that may be called, as far as that can be seen without looking its name up.

    Raises:
        UserError: no https (http only to hosts that are allowed by name or network), a user in it, or
            a host that is an address which may not be called.

    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise UserError("not an address", expected="https://HOST/PATH", got=repr(url[:200])) from None
    known = allowed.names(host) or _literal_named(host, allowed)
    if not host or parts.scheme not in ("https", "http") or (parts.scheme == "http" and not known):
        expected = "https://HOST/PATH; http only to what GREENBOARD_OUTBOUND_ALLOW names"
        raise UserError("not an address that is called", expected=expected, got=repr(url[:200]))
    if parts.username or parts.password:
        raise UserError("an address with a user in it", hint="Leave user and password out.")
    literal = _literal(host)
    if literal is not None and not allowed.admits(literal):
        raise UserError(f"{host} may not be called", hint="GREENBOARD_OUTBOUND_ALLOW names what may be besides.")
    return parts


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _literal_named(host: str, allowed: Allowed) -> bool:
    literal = _literal(host)
    return literal is not None and allowed._named(literal)
