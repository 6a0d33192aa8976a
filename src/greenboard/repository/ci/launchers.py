"""Programs that only start another program: what stands behind them is what counts."""

from __future__ import annotations

import re

Words = tuple[str, ...]

# A launcher and the words after it that belong to it; what follows is the real call.
_PLAIN = tuple(
    tuple(words.split())
    for words in [
        "npx",
        "bunx",
        "uvx",
        "pnpx",
        "pnpm exec",
        "pnpm dlx",
        "yarn exec",
        "yarn dlx",
        "npm exec",
        "npm x",
        "bun x",
        "poetry run",
        "uv run",
        "uv tool run",
        "pipenv run",
        "pdm run",
        "rye run",
        "pipx run",
        "bundle exec",
        "composer exec",
        "dotnet tool run",
        "mise exec",
        "mise x",
        "asdf exec",
        "nix develop",
        "nix-shell",
        "devbox run",
        "conda run",
        "micromamba run",
        "mamba run",
        "rustup run",
        "coverage run",
        "coverage3 run",
        "nyc",
        "c8",
        "cross-env",
        "dotenvx run",
        "doppler run",
        "op run",
        "infisical run",
        "slipcover",
        "spring",
        "fvm",
        "puro",
    ]
)
# Options of launchers that take a value as the next word.
_VALUED = frozenset(
    [
        "-p",
        "--package",
        "-c",
        "--command",
        "--run",
        "--with",
        "--extra",
        "--group",
        "--python",
        "-n",
        "--name",
        "--env-file",
        "-f",
        "--project",
        "--directory",
        "--with-requirements",
        "--only-group",
        "--source",
        "--rcfile",
        "--omit",
        "--data-file",
        "--filter",
        "-F",
        "--workspace",
        "-w",
        "--config",
        "--require",
        "--spec",
        "--pip-args",
        "--index-url",
    ]
)
_PYTHON = re.compile(r"(?:python|pypy)[0-9.]*w?|py")
_DOCKER_FLAGS = frozenset(
    [
        "--rm",
        "-i",
        "-t",
        "-it",
        "-ti",
        "-d",
        "--detach",
        "--init",
        "--privileged",
        "--tty",
        "--interactive",
        "-T",
        "--no-deps",
        "--build",
        "--quiet",
        "-q",
        "--read-only",
        "--use-aliases",
        "--service-ports",
        "--no-TTY",
        "--quiet-pull",
    ]
)


def launch(words: Words) -> Words:
    """Drop the launchers in front of a call, as many as there are."""
    for _ in range(6):
        after = _once(words)
        if after == words or not after:
            return after or words
        words = after
    return words


def _once(words: Words) -> Words:
    head = words[0].rpartition("/")[2].removesuffix(".exe").removesuffix(".cmd")
    if head == "php" and len(words) > 1 and not words[1].startswith("-") and not words[1].endswith(".php"):
        return words[1:]
    if _PYTHON.fullmatch(head):
        return _python(words)
    for launcher in _PLAIN:
        if head == launcher[0] and words[1 : len(launcher)] == launcher[1:]:
            return _rest(words[len(launcher) :], _VALUED)
    return words


def _python(words: Words) -> Words:
    rest = list(words[1:])
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option == "-m":
            return tuple(rest) if rest else words
        if option in ("-W", "-X") and rest:
            rest.pop(0)
        if option in ("-c", "-", "--version", "-V"):
            return ("true",)
    return tuple(rest) if rest and rest[0].rpartition("/")[2] in ("manage.py", "setup.py") else words


def _rest(words: Words, valued: frozenset[str]) -> Words:
    at = 0
    while at < len(words) and (words[at].startswith("-") or re.match(r"[A-Z_][A-Z0-9_]*=", words[at])):
        if words[at] == "--":
            return words[at + 1 :]
        if words[at] in ("-m", "--module"):
            return words[at + 1 :]
        if words[at] in ("-c", "--command", "--run") and at + 1 < len(words):
            return (*words[at + 1].split(), *words[at + 2 :])
        at += 2 if words[at] in valued else 1
    return words[at:]


def container(words: Words) -> tuple[str, Words] | None:
    """The image or service, and the command, of a call that runs something in a container; else None."""
    head = words[0].rpartition("/")[2]
    if head in ("docker-compose", "podman-compose"):
        calls: tuple[Words, ...] = (("run",), ("exec",))
    elif head in ("docker", "podman", "nerdctl"):
        calls = (("compose", "run"), ("compose", "exec"), ("container", "run"), ("run",), ("exec",))
    else:
        return None
    for call in calls:
        at = _find(words[1:], call)
        if at is not None:
            return _image(words[1 + at :])
    return None


def _find(words: Words, call: Words) -> int | None:
    """Where the words after a subcommand start; options with values may stand between its words."""
    at = 0
    for wanted in call:
        while at < len(words) and words[at] != wanted:
            if not words[at].startswith("-"):
                return None
            at += 1 if "=" in words[at] or words[at] in _DOCKER_FLAGS else 2
        if at >= len(words):
            return None
        at += 1
    return at


def _image(words: Words) -> tuple[str, Words] | None:
    at = 0
    while at < len(words) and words[at].startswith("-"):
        if words[at] == "--entrypoint" and at + 1 < len(words):
            return words[at + 1], ()
        at += 1 if "=" in words[at] or words[at] in _DOCKER_FLAGS else 2
    return (words[at], words[at + 1 :]) if at < len(words) else None
