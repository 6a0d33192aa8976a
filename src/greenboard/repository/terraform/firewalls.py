"""Firewall rules in Terraform: how many there are, and which admit the whole internet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from greenboard.repository.terraform.blocks import UNKNOWN, Part, Resource, Unknown

GROUPS = frozenset(
    [
        "aws_security_group",
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_default_security_group",
        "google_compute_firewall",
        "azurerm_network_security_group",
        "azurerm_network_security_rule",
    ]
)
_WORLD = frozenset({"0.0.0.0/0", "::/0", "*", "Internet", "Any", "any"})
_WEB = frozenset({80, 443})


@dataclass(frozen=True)
class Opening:
    """A rule that lets the world in: to which ports, or None where that cannot be told."""

    block: Resource
    ports: str | None


def openings(block: Resource) -> Iterator[Opening]:
    """What a block opens to every address beyond the web's ports; a rule that cannot be told has ports None.

    Raises:
        UserError: the block does not parse.

    """
    for rule in _rules(block):
        if rule is UNKNOWN:
            yield Opening(block, None)
            continue
        sources, ports = rule
        if not _world(sources):
            if _doubtful(sources):
                yield Opening(block, None)
            continue
        if ports is UNKNOWN:
            yield Opening(block, None)
        elif ports:
            yield Opening(block, ports)


def _rules(block: Resource) -> Iterator[Any]:
    """(sources, ports beyond 80 and 443 as text) for each rule that lets traffic in."""
    match block.labels[0]:
        case "aws_security_group" | "aws_default_security_group":
            inside = block.inner("ingress")
            yield from [UNKNOWN] if isinstance(inside, Unknown) else map(_aws, inside)
        case "aws_security_group_rule":
            if block.get("type") == "ingress":
                yield _aws(block)
        case "aws_vpc_security_group_ingress_rule":
            yield [block.get("cidr_ipv4"), block.get("cidr_ipv6")], _span(block, "ip_protocol")
        case "google_compute_firewall":
            if block.get("direction") in (None, "INGRESS"):
                yield block.get("source_ranges"), _google(block)
        case "azurerm_network_security_rule":
            yield from _azure(block)
        case "azurerm_network_security_group":
            inside = block.inner("security_rule")
            parts = [UNKNOWN] if isinstance(inside, Unknown) else inside
            for part in parts:
                yield from [UNKNOWN] if isinstance(part, Unknown) else _azure(part)


def _world(sources: Any) -> bool:
    found = sources if isinstance(sources, list) else [sources]
    return any(isinstance(source, str) and source in _WORLD for source in found)


def _doubtful(sources: Any) -> bool:
    return sources is UNKNOWN or (isinstance(sources, list) and any(source is UNKNOWN for source in sources))


def _aws(rule: Part) -> Any:
    sources: list[Any] = []
    for name in ("cidr_blocks", "ipv6_cidr_blocks"):
        value = rule.get(name)
        sources += value if isinstance(value, list) else [value]
    return sources, _span(rule, "protocol")


def _span(rule: Part, protocol: str) -> Any:
    """The ports of a rule as text, "" where they are only the web's."""
    if rule.get(protocol) in ("-1", -1, "all"):
        return "all ports"
    low, high = rule.get("from_port"), rule.get("to_port")
    if not isinstance(low, int) or not isinstance(high, int):
        return UNKNOWN
    if low == high:
        return "" if low in _WEB else str(low)
    return f"{low}-{high}"


def _google(block: Part) -> Any:
    allowed = block.inner("allow")
    if isinstance(allowed, Unknown):
        return UNKNOWN
    found: list[str] = []
    for part in allowed:
        ports = part.get("ports")
        if ports is UNKNOWN or part.get("protocol") is UNKNOWN:
            return UNKNOWN
        if part.get("protocol") == "icmp":
            continue
        found += ["all ports"] if not ports else [str(port) for port in ports if str(port) not in ("80", "443")]
    return ", ".join(found)


def _azure(rule: Part) -> Iterator[Any]:
    if rule.get("direction") != "Inbound" or rule.get("access") != "Allow":
        return
    sources = rule.get("source_address_prefixes") or [rule.get("source_address_prefix")]
    ports = rule.get("destination_port_ranges") or [rule.get("destination_port_range")]
    if not isinstance(ports, list) or any(not isinstance(port, str) for port in ports):
        yield sources, UNKNOWN
        return
    yield sources, ", ".join("all ports" if port == "*" else port for port in ports if port not in ("80", "443"))
