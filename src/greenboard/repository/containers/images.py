"""Names of container images: how exactly they are pinned, and which user they are known to run as."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLACEHOLDER = re.compile(r"[${}<>%()\s]|\bIMAGE_|_IMAGE\b|^(?:image|todo|changeme|replace[-_]?me)$", re.IGNORECASE)

# Official images (docs.docker.com, "Docker Official Images") whose own files set no USER.
_ROOT_IMAGES = frozenset(
    [
        "alpine",
        "amazoncorretto",
        "amazonlinux",
        "archlinux",
        "bash",
        "buildpack-deps",
        "busybox",
        "caddy",
        "centos",
        "clojure",
        "composer",
        "debian",
        "docker",
        "dart",
        "eclipse-temurin",
        "elixir",
        "erlang",
        "fedora",
        "gcc",
        "golang",
        "gradle",
        "groovy",
        "haskell",
        "httpd",
        "ibmjava",
        "julia",
        "maven",
        "mono",
        "nginx",
        "node",
        "openjdk",
        "oraclelinux",
        "perl",
        "php",
        "photon",
        "pypy",
        "python",
        "r-base",
        "rakudo-star",
        "rockylinux",
        "ruby",
        "rust",
        "sapmachine",
        "swift",
        "tomcat",
        "ubuntu",
        "almalinux",
    ]
)
# Published images that run as another user, by their vendors' documents.
_OTHER_USERS = (
    re.compile(r"^(?:docker\.io/)?nginxinc/nginx-unprivileged$"),
    re.compile(r"^(?:docker\.io/)?(?:grafana/grafana|prom/prometheus|jenkins/jenkins)$"),
    re.compile(r"^quay\.io/prometheus/prometheus$"),
)


@dataclass(frozen=True, slots=True)
class Image:
    """An image reference in its parts; `tag` and `digest` are "" where not given."""

    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def pinned(self) -> bool:
        """Named by digest, so that it is the same image tomorrow."""
        return bool(self.digest)

    @property
    def tagged(self) -> bool:
        """With a digest, or a tag other than `latest`."""
        return self.pinned or self.tag not in ("", "latest")

    @property
    def name(self) -> str:
        """The last part of the repository: `checkout` of `ghcr.io/acme/checkout`."""
        return self.repository.rpartition("/")[2]


def parse_image(text: str) -> Image | None:
    """Take a reference apart (the grammar of distribution/reference); None for a placeholder or no reference."""
    stated = text.strip().strip("\"'")
    if not stated or _PLACEHOLDER.search(stated) or "://" in stated:
        return None
    rest, _, digest = stated.partition("@")
    head, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    if not name or (digest and not re.fullmatch(r"[A-Za-z0-9+._-]+:[0-9a-fA-F]{32,}", digest)):
        return None
    return Image(head + slash + name, tag, digest)


def default_root(image: Image) -> bool | None:
    """Whether an image runs as root when nobody says otherwise; None when that is not known here."""
    repository = image.repository.removeprefix("docker.io/").removeprefix("library/")
    if repository == "scratch":
        return True
    if re.match(r"^(?:gcr\.io|eu\.gcr\.io|us\.gcr\.io)/distroless/", repository):
        return None if image.tag == "" and image.digest else "nonroot" not in image.tag
    if repository.startswith("mcr.microsoft.com/dotnet/"):
        return False if re.search(r"chiseled|distroless", image.tag) else None
    if repository in _ROOT_IMAGES:
        return None if "rootless" in image.tag or "unprivileged" in image.tag else True
    return False if any(known.match(repository) for known in _OTHER_USERS) else None
