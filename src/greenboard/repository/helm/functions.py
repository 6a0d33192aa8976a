"""The functions of templates: Go's own, Sprig's and Helm's, as far as charts use them.

Each takes plain values and gives one, or raises ValueError, TypeError, KeyError, IndexError and the
like where the arguments do not fit; the renderer turns that into an error with a place. What only a
cluster or chance can say (random texts, certificates, the time) is a fixed stand-in.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import posixpath
import re
from collections.abc import Callable
from typing import Any

from greenboard.repository.helm import groups
from greenboard.repository.helm.printing import Value, kind_name, plain, printf, quote, show, to_yaml, truth, type_name
from greenboard.repository.helm.versions import compare, parse_version

_MOST = 200_000


def _bounded(text: str) -> str:
    if len(text) > _MOST * 10:
        raise ValueError("a text that grows without bound")
    return text


def _indent(width: Value, text: Value) -> str:
    pad = " " * min(_int(width), 1000)
    return pad + show(text).replace("\n", "\n" + pad)


def _int(value: Value) -> int:
    """Sprig's `int`: what is no number is zero."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return int(value) if math.isfinite(value) else 0
    found = re.fullmatch(r"\s*([+-]?\d+)\s*", value) if isinstance(value, str) else None
    return int(found[1]) if found and len(found[1]) < 30 else 0


def _float(value: Value) -> float:
    try:
        return float(value) if isinstance(value, int | float | str) else 0.0
    except (ValueError, OverflowError):
        return 0.0


def _trunc(length: Value, text: Value) -> str:
    size, said = _int(length), show(text)
    return said[:size] if size >= 0 else said[size:]


def _regex(pattern: Value) -> Any:
    """A pattern of RE2, the language of Go's patterns, which takes linear time over any text."""
    import re2

    return re2.compile(show(pattern))


def _replacement(text: Value) -> Callable[[Any], str]:
    """Go's `${1}` in what replaces a match."""
    return lambda match: re.sub(r"\$\{?(\w+)\}?", lambda name: _group(match, name[1]), show(text))


def _group(match: Any, name: str) -> str:
    try:
        return match[int(name) if name.isdigit() else name] or ""
    except (IndexError, KeyError):
        return ""


def _from_yaml(text: Value, wanted: type) -> Value:
    import yaml

    if len(show(text)) > _MOST or re.search(r"(?:^|\s)[&*]\w", show(text)):
        raise ValueError("YAML that is too long, or has aliases")
    found = plain(yaml.safe_load(show(text)))
    return found if isinstance(found, wanted) else wanted()


def _json(value: Value) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _digest(name: str) -> Callable[[Value], str]:
    return lambda text: hashlib.new(name, show(text).encode(), usedforsecurity=False).hexdigest()


def _certificate(*_: Value) -> dict[str, str]:
    return {"Cert": "certificate", "Key": "key"}


def _random(length: Value) -> str:
    return "r" * min(max(_int(length), 0), 1000)


def _number(value: Value) -> int | float:
    """For arithmetic on whole numbers: Sprig cuts what is not whole."""
    return _int(value)


def _divide(left: Value, right: Value) -> int:
    bottom = _int(right)
    quotient = abs(_int(left)) // abs(bottom)
    return quotient if (_int(left) < 0) == (bottom < 0) else -quotient


def _round(value: Value, places: Value = 0, *_: Value) -> float:
    scale = 10.0 ** max(min(_int(places), 15), -15)
    return math.floor(_float(value) * scale + 0.5) / scale


def _equal(first: Value, *others: Value) -> bool:
    if isinstance(first, list | dict):
        raise TypeError("lists and maps cannot be compared with eq")
    return any(first == other and isinstance(first, bool) == isinstance(other, bool) for other in others)


def _less(left: Value, right: Value) -> bool:
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if not numbers and not (isinstance(left, str) and isinstance(right, str)):
        raise TypeError(f"{kind_name(left)} and {kind_name(right)} cannot be compared")
    return bool(left < right)


def _fail(message: Value = "") -> Value:
    raise ValueError(f"the chart refuses: {show(message)}")


def _required(message: Value, value: Value) -> Value:
    return value if value is not None and value != "" else _fail(message)


def _length(value: Value) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, list | dict):
        return len(value)
    raise TypeError(f"{kind_name(value)} has no length")


def _atoi(text: Value) -> int:
    return int(show(text)) if re.fullmatch(r"[+-]?\d{1,19}", show(text)) else 0


def _words(text: Value) -> list[str]:
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[0-9]+", show(text))


def _substring(start: Value, end: Value, text: Value) -> str:
    first, last = _int(start), _int(end)
    said = show(text)
    if first < 0:
        return said[:last]
    return said[first:] if last < 0 or last > len(said) else said[first:last]


def _wrap(width: Value, text: Value) -> str:
    import textwrap

    return textwrap.fill(show(text), max(_int(width), 1), break_long_words=False)


TEXTS: dict[str, Callable[..., Value]] = {
    "print": lambda *items: _bounded("".join(show(item) for item in items)),
    "println": lambda *items: " ".join(show(item) for item in items) + "\n",
    "printf": lambda form, *items: _bounded(printf(show(form), items)),
    "quote": lambda *items: " ".join(quote(item) for item in items if item is not None),
    "squote": lambda *items: " ".join(f"'{show(item)}'" for item in items if item is not None),
    "cat": lambda *items: " ".join(show(item) for item in items if item is not None),
    "upper": lambda text: show(text).upper(),
    "lower": lambda text: show(text).lower(),
    "title": lambda text: re.sub(r"(^|[\s_-])(\w)", lambda found: found[1] + found[2].upper(), show(text)),
    "untitle": lambda text: re.sub(r"\b\w", lambda found: found[0].lower(), show(text)),
    "trim": lambda text: show(text).strip(),
    "trimAll": lambda chars, text: show(text).strip(show(chars)),
    "trimPrefix": lambda prefix, text: show(text).removeprefix(show(prefix)),
    "trimSuffix": lambda suffix, text: show(text).removesuffix(show(suffix)),
    "trunc": _trunc,
    "abbrev": lambda width, text: _abbreviated(show(text), _int(width)),
    "replace": lambda old, new, text: _bounded(show(text).replace(show(old), show(new))),
    "repeat": lambda count, text: show(text) * min(_int(count), 10_000),
    "substr": _substring,
    "nospace": lambda text: re.sub(r"\s", "", show(text)),
    "contains": lambda part, text: show(part) in show(text),
    "hasPrefix": lambda part, text: show(text).startswith(show(part)),
    "hasSuffix": lambda part, text: show(text).endswith(show(part)),
    "indent": lambda width, text: _bounded(_indent(width, text)),
    "nindent": lambda width, text: _bounded("\n" + _indent(width, text)),
    "snakecase": lambda text: "_".join(_words(text)).lower(),
    "kebabcase": lambda text: "-".join(_words(text)).lower(),
    "camelcase": lambda text: "".join(word.capitalize() for word in _words(text)),
    "swapcase": lambda text: show(text).swapcase(),
    "plural": lambda one, many, count: one if _int(count) == 1 else many,
    "wrap": _wrap,
    "regexMatch": lambda pattern, text: _regex(pattern).search(show(text)) is not None,
    "regexFind": lambda pattern, text: next((found[0] for found in _regex(pattern).finditer(show(text))), ""),
    "regexFindAll": lambda pattern, text, most: _first(
        [found[0] for found in _regex(pattern).finditer(show(text))], most
    ),
    "regexReplaceAll": lambda pattern, text, new: _regex(pattern).sub(_replacement(new), show(text)),
    "regexReplaceAllLiteral": lambda pattern, text, new: _regex(pattern).sub(lambda _: show(new), show(text)),
    "regexSplit": lambda pattern, text, most: _regex(pattern).split(show(text), max(_int(most) - 1, 0)),
    "regexQuoteMeta": lambda text: re.escape(show(text)),
    "base": lambda path: posixpath.basename(show(path)),
    "dir": lambda path: posixpath.dirname(show(path)) or ".",
    "ext": lambda path: posixpath.splitext(show(path))[1],
    "clean": lambda path: posixpath.normpath(show(path)),
}


def _abbreviated(text: str, width: int) -> str:
    return text if len(text) <= width or width < 4 else text[: width - 3] + "..."


def _first(found: list[Any], most: Value) -> list[Any]:
    return found if _int(most) < 0 else found[: _int(most)]


LOGIC: dict[str, Callable[..., Value]] = {
    "not": lambda value: not truth(value),
    "eq": _equal,
    "ne": lambda left, right: not _equal(left, right),
    "lt": _less,
    "le": lambda left, right: not _less(right, left),
    "gt": lambda left, right: _less(right, left),
    "ge": lambda left, right: not _less(left, right),
    "default": lambda given, value=None: value if truth(value) else given,
    "empty": lambda value: not truth(value),
    "coalesce": lambda *values: next((value for value in values if truth(value)), None),
    "ternary": lambda yes, no, value: yes if truth(value) else no,
    "all": lambda *values: all(truth(value) for value in values),
    "any": lambda *values: any(truth(value) for value in values),
    "required": _required,
    "fail": _fail,
    "len": _length,
    "kindOf": kind_name,
    "kindIs": lambda name, value: kind_name(value) == name,
    "typeOf": type_name,
    "typeIs": lambda name, value: type_name(value) == name,
    "typeIsLike": lambda name, value: type_name(value) in (name, f"*{name}"),
    "deepEqual": lambda left, right: left == right and kind_name(left) == kind_name(right),
    "semver": parse_version,
    "semverCompare": compare,
}

NUMBERS: dict[str, Callable[..., Value]] = {
    "int": _int,
    "int64": _int,
    "float64": _float,
    "toDecimal": lambda text: int(show(text), 8),
    "atoi": _atoi,
    "add": lambda *values: sum(_number(value) for value in values),
    "add1": lambda value: _number(value) + 1,
    "sub": lambda left, right: _number(left) - _number(right),
    "mul": lambda *values: math.prod(_number(value) for value in values),
    "div": _divide,
    "mod": lambda left, right: int(math.fmod(_int(left), _int(right))),
    "max": lambda *values: max(_number(value) for value in values),
    "min": lambda *values: min(_number(value) for value in values),
    "addf": lambda *values: sum(_float(value) for value in values),
    "subf": lambda left, right: _float(left) - _float(right),
    "mulf": lambda *values: math.prod(_float(value) for value in values),
    "divf": lambda left, right: _float(left) / _float(right),
    "floor": lambda value: float(math.floor(_float(value))),
    "ceil": lambda value: float(math.ceil(_float(value))),
    "round": _round,
}

CODES: dict[str, Callable[..., Value]] = {
    "toYaml": to_yaml,
    "toYamlPretty": to_yaml,
    "fromYaml": lambda text: _from_yaml(text, dict),
    "fromYamlArray": lambda text: _from_yaml(text, list),
    "toJson": _json,
    "toRawJson": _json,
    "toPrettyJson": lambda value: json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False),
    "fromJson": lambda text: json.loads(show(text)),
    "fromJsonArray": lambda text: json.loads(show(text)),
    "toString": show,
    "b64enc": lambda text: base64.b64encode(show(text).encode()).decode(),
    "b64dec": lambda text: base64.b64decode(show(text)).decode("utf-8", "replace"),
    "b32enc": lambda text: base64.b32encode(show(text).encode()).decode(),
    "sha1sum": _digest("sha1"),
    "sha256sum": _digest("sha256"),
    "sha512sum": _digest("sha512"),
    "adler32sum": lambda text: str(__import__("zlib").adler32(show(text).encode())),
    "htpasswd": lambda name, _password: f"{show(name)}:hash",
    "bcrypt": lambda _text: "hash",
    "randAlphaNum": _random,
    "randAlpha": _random,
    "randAscii": _random,
    "randNumeric": lambda length: "1" * len(_random(length)),
    "randBytes": lambda length: base64.b64encode(_random(length).encode()).decode(),
    "uuidv4": lambda: "00000000-0000-4000-8000-000000000000",
    "derivePassword": lambda *_: "password",
    "genPrivateKey": lambda *_: "key",
    "genCA": _certificate,
    "genCAWithKey": _certificate,
    "genSelfSignedCert": _certificate,
    "genSignedCert": _certificate,
    "now": lambda: "2000-01-01T00:00:00Z",
    "date": lambda _form, moment=None: show(moment),
    "unixEpoch": lambda _moment: "946684800",
    "urlquery": lambda *items: __import__("urllib.parse").parse.quote_plus("".join(show(item) for item in items)),
}

FUNCTIONS: dict[str, Callable[..., Value]] = {**TEXTS, **LOGIC, **NUMBERS, **CODES, **groups.FUNCTIONS}
FUNCTIONS |= {
    "must" + name[0].upper() + name[1:]: FUNCTIONS[name]
    for name in (
        [
            "toYaml",
            "toJson",
            "toRawJson",
            "toPrettyJson",
            "fromJson",
            "regexMatch",
            "regexFind",
            "regexFindAll",
            "regexReplaceAll",
            "regexReplaceAllLiteral",
            "regexSplit",
            "merge",
            "mergeOverwrite",
            "deepCopy",
            "append",
            "prepend",
            "push",
            "first",
            "last",
            "initial",
            "rest",
            "reverse",
            "uniq",
            "without",
            "has",
            "compact",
            "slice",
            "chunk",
            "concat",
        ]
    )
}
"""Every function by name, but for those that need the renderer: include, tpl, lookup, and, or, index."""
