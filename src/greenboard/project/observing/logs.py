"""The log: lines for people, or JSON for machines; each with the request it belongs to, none with a secret."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from greenboard.core import clock, discreet
from greenboard.web.security import current_id

HIDDEN = "[hidden]"
_SHAPES = (
    re.compile(r"(?i)\b((?:proxy-)?authorization['\"]?\s*[:=]\s*['\"]?(?:bearer|basic|token)?\s*)[^\s'\",;]+"),
    re.compile(r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/=-]{8,}"),
    re.compile(
        r"(?i)\b((?:password|passwd|secret|token|api_?key|sessionid|csrftoken)['\"]?\s*[:=]\s*['\"]?)[^\s'\",;&]+"
    ),
    re.compile(r"(\w+://[^/\s:@]*:)[^/\s@]+(?=@)"),
    re.compile(r"\b(gb_)[A-Za-z0-9_-]{8,}"),
)
_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class _Discreet(logging.Formatter):
    """Hides secrets in whatever was written, tracebacks included: what nobody meant to log is in there too."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        super().__init__()
        self._secrets = sorted((text for text in secrets if len(text) >= 6), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        return self._hide(self._line(record))

    def _hide(self, text: str) -> str:
        for secret in (*self._secrets, *discreet.kept()):
            text = text.replace(secret, HIDDEN)
        for shape in _SHAPES:
            text = shape.sub(rf"\g<1>{HIDDEN}", text)
        return text

    def _line(self, record: logging.LogRecord) -> str:
        raise NotImplementedError

    def _trace(self, record: logging.LogRecord) -> str:
        return self.formatException(record.exc_info) if record.exc_info else ""


class Text(_Discreet):
    """Moment, level, name, message; then the id of the request, and a traceback below, set in."""

    def _line(self, record: logging.LogRecord) -> str:
        # A line break that came in with a value must not begin a line of its own.
        said = record.getMessage().replace("\r", "\\r").replace("\n", "\\n")
        line = f"{_moment(record)} {record.levelname} {record.name} {said}"
        request, trace = current_id(), self._trace(record)
        # Set in, so that no line of it, whatever was raised with, looks like one of the log.
        below = "".join(f"\n    {each}" for each in trace.splitlines())
        return line + (f" [{request}]" if request else "") + below


class Json(_Discreet):
    """One object a line, with whatever the caller gave as `extra`."""

    def _line(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current_id():
            told["request_id"] = current_id()
        told |= {name: value for name, value in record.__dict__.items() if name not in _OWN and name != "request"}
        if record.exc_info:
            told["exception"] = self._trace(record)
        return json.dumps(told, ensure_ascii=False, default=str)

    def _hide(self, text: str) -> str:
        return json.dumps(_within(json.loads(text), super()._hide), ensure_ascii=False)


def _within(value: Any, hide: Any) -> Any:
    if isinstance(value, dict):
        return {key: _within(one, hide) for key, one in value.items()}
    if isinstance(value, list):
        return [_within(one, hide) for one in value]
    return hide(value) if isinstance(value, str) else value


def _moment(record: logging.LogRecord) -> str:
    return clock.format_time(datetime.fromtimestamp(record.created, UTC))


def configuration(form: str, level: str, secrets: Collection[str]) -> dict[str, Any]:
    """The log as Django's `LOGGING` setting has it."""
    formatter = {"()": f"{__name__}.{'Json' if form == 'json' else 'Text'}", "secrets": list(secrets)}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
            "nobody": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["stderr"], "level": "WARNING" if level == "info" else level.upper()},
        "loggers": {
            "greenboard": {"level": level.upper()},
            # Django's own handler would write server errors a second time, by its own rules.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # Whoever scans the internet sends strange host names; each would leave a traceback.
            "django.security.DisallowedHost": {"handlers": ["nobody"], "propagate": False},
        },
    }
