"""Which product, by its name at endoflife.date, an image or an engine is, and of which version. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from greenboard.connections.types import Known

_IMAGES = {
    "almalinux": "almalinux", "alpine": "alpine-linux", "amazoncorretto": "amazon-corretto",
    "amazonlinux": "amazon-linux", "cassandra": "apache-cassandra", "debian": "debian",
    "eclipse-temurin": "eclipse-temurin", "elasticsearch": "elasticsearch", "golang": "go",
    "grafana": "grafana", "haproxy": "haproxy", "httpd": "apache-http-server", "jenkins": "jenkins",
    "kafka": "apache-kafka", "mariadb": "mariadb", "memcached": "memcached", "mongo": "mongodb",
    "mysql": "mysql", "nginx": "nginx", "node": "nodejs", "opensearch": "opensearch", "php": "php",
    "postgres": "postgresql", "prometheus": "prometheus", "python": "python", "rabbitmq": "rabbitmq",
    "redis": "redis", "rockylinux": "rocky-linux", "ruby": "ruby", "terraform": "terraform",
    "tomcat": "tomcat", "ubuntu": "ubuntu", "valkey": "valkey",
}  # fmt: skip
"""Images of Docker Hub, and those that others publish under the same name, whose tags begin with the version."""
_DOTNET = re.compile(r"(?:^|/)dotnet(?:/[a-z-]+)?$")
_ENGINES = {"nodejs": "nodejs", "python": "python", "ruby": "ruby", "dotnet": "dotnet", "go": "go"}
"""Runtimes of functions, as providers write them: `python3.12`."""
_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)(?![\w.]*:)")
_RUNTIME = re.compile(r"([a-z]+)(\d+(?:\.\d+)*)(?:\.x)?")


def products(known: Known) -> Iterator[tuple[str, str]]:
    """Product and version of the images and engines that an entity is built on, as far as they are known here."""
    for one in known.facts.get("container_file", ()):
        if found := image(str(one.get("base_image") or "")):
            yield found
    for one in known.facts.get("cloud_resource", ()):
        told = _RUNTIME.fullmatch(str(one.get("engine_version") or ""))
        if told and told[1] in _ENGINES:
            yield _ENGINES[told[1]], told[2]


def image(reference: str) -> tuple[str, str] | None:
    """The product and version of an image; None where its name or tag says neither."""
    name, _, tag = reference.partition("@")[0].lower().rpartition(":")
    version = _VERSION.match(tag)
    if not name or "/" in tag or version is None:
        return None
    product = "dotnet" if _DOTNET.search(name) else _IMAGES.get(name.rpartition("/")[2])
    return (product, version[1]) if product else None
