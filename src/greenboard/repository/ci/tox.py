"""The commands of tox environments, from tox.ini, setup.cfg, tox.toml and pyproject.toml."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Sequence

_FACTOR = re.compile(r"^[\w{},!.-]+:\s+")


def environments(path: str, text: str, names: Sequence[str]) -> list[str]:
    """The command lines of these environments, or of all that run by default."""
    if path.endswith(".toml"):
        native, legacy = _toml(text)
        if legacy is None:
            return _native(native, names)
        text = legacy
    parser = _ini(text)
    if parser is None:
        return []
    prefix = "tox:" if path.endswith("setup.cfg") else ""
    sections = {name.removeprefix(prefix): name for name in parser.sections()}
    wanted = [f"testenv:{name}" for name in names] or [
        "testenv",
        *[name for name in sections if name.startswith("testenv:")],
    ]
    found: list[str] = []
    for name in wanted:
        section = sections.get(name) or sections.get("testenv")
        raw = parser.get(section, "commands", fallback=None) if section else None
        if raw is None and "testenv" in sections:
            raw = parser.get(sections["testenv"], "commands", fallback="")
        for line in (raw or "").replace("\\\n", " ").splitlines():
            stripped = _FACTOR.sub("", line.strip()).lstrip("-! ")
            if stripped:
                found.append(_plain(stripped))
    return list(dict.fromkeys(found))


def _plain(line: str) -> str:
    line = re.sub(r"\{posargs(?::([^{}]*))?\}", r"\1", line)
    line = re.sub(r"\{(?:envpython|envbindir)\}(?:/python)?", "python", line)
    return re.sub(r"\{toxinidir\}/?", "", line)


def _toml(text: str) -> tuple[dict[str, object], str | None]:
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}, None
    native = data.get("tool", {}).get("tox", {}) if "tool" in data else data
    legacy = native.get("legacy_tox_ini") if isinstance(native, dict) else None
    return native if isinstance(native, dict) else {}, legacy if isinstance(legacy, str) else None


def _native(data: dict[str, object], names: Sequence[str]) -> list[str]:
    envs = data.get("env")
    base = data.get("env_run_base")
    parts = [envs.get(name, base) for name in names] if isinstance(envs, dict) and names else [base]
    if isinstance(envs, dict) and not names:
        parts += list(envs.values())
    found = []
    for part in parts:
        commands = part.get("commands") if isinstance(part, dict) else None
        for command in commands if isinstance(commands, list) else ():
            if isinstance(command, list):
                found.append(" ".join(word for word in command if isinstance(word, str)))
    return found


def _ini(text: str) -> configparser.RawConfigParser | None:
    """An ini file as tox reads it, or None when it is none."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    return parser
