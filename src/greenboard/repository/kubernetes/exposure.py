"""Whether an object that lets traffic in speaks TLS to the outside."""

from __future__ import annotations

from typing import Literal

from greenboard.repository.kubernetes.objects import Object, dig, mapping, sequence

Exposure = Literal["tls", "plain", "unknown", "no ingress"]

# Annotations by which a cloud's balancer is given its certificate (AWS Load Balancer Controller, GKE, Azure, nginx).
_CERTIFICATES = (
    "alb.ingress.kubernetes.io/certificate-arn",
    "networking.gke.io/managed-certificates",
    "networking.gke.io/certmap",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
    "service.beta.kubernetes.io/aws-load-balancer-ssl-cert",
)


def serves_tls(item: Object) -> Exposure:
    """What an Ingress or Gateway does; other kinds are no ingress."""
    if item.kind == "Ingress":
        return _ingress(item)
    if item.kind == "Gateway" and item.api.startswith("gateway.networking.k8s.io/"):
        return _protocols([mapping(part).get("protocol") for part in sequence(dig(item.data, "spec", "listeners"))])
    if item.kind == "Gateway" and item.api.startswith("networking.istio.io/"):
        return _istio(item)
    if item.kind == "IngressRoute" and "traefik" in item.api:
        return "tls" if isinstance(dig(item.data, "spec", "tls"), dict) else "plain"
    if item.kind == "Route" and item.api.startswith("route.openshift.io/"):
        return "tls" if mapping(dig(item.data, "spec", "tls")) else "plain"
    return "no ingress"


def _ingress(item: Object) -> Exposure:
    annotations = mapping(dig(item.data, "metadata", "annotations"))
    if sequence(dig(item.data, "spec", "tls")) or any(annotations.get(name) for name in _CERTIFICATES):
        return "tls"
    # An internal class, or certificates found by host name (ALB's discovery), are not seen from here.
    if "HTTPS" in str(annotations.get("alb.ingress.kubernetes.io/listen-ports", "")):
        return "tls"
    return "plain"


def _protocols(protocols: list[object]) -> Exposure:
    if not protocols or not all(isinstance(name, str) for name in protocols):
        return "unknown"
    secure = [name in ("HTTPS", "TLS") for name in protocols]
    if all(secure):
        return "tls"
    # Beside a secure listener a plain one may only redirect; its routes decide that.
    return "plain" if "HTTP" in protocols and not any(secure) else "unknown"


def _istio(item: Object) -> Exposure:
    servers = [mapping(server) for server in sequence(dig(item.data, "spec", "servers"))]
    names = [dig(server, "port", "protocol") for server in servers]
    open_ones = [
        server
        for server, name in zip(servers, names, strict=True)
        if name in ("HTTP", "HTTP2", "GRPC") and dig(server, "tls", "httpsRedirect") is not True
    ]
    if any(not isinstance(name, str) for name in names) or not names:
        return "unknown"
    if open_ones:
        return "plain"
    return "tls" if any(name in ("HTTPS", "TLS") for name in names) else "unknown"
