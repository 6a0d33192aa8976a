"""Shell text into simple commands, as far as that is needed to see which programs are called.

This is no shell: it follows `cd`, splits at `&&`, `||`, `;`, `|` and line ends, looks into
`bash -c`, and drops assignments and wrappers in front of a program. What it cannot follow it hands
on as words, so that the caller finds a program it does not know and says so.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import normpath

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_KEYWORDS = frozenset({"if", "then", "else", "elif", "do", "while", "until", "!", "{", "(", "time", "}", ")"})
_SKIPPED = frozenset({"for", "case", "esac", "fi", "done", "in", "select", "function", ";;"})
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)([A-Za-z_][A-Za-z0-9_]*)\1")
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
# Wrappers that run the rest of their line: the number of options with a value that each may take is
# small, so options are skipped, and the first plain word is taken as the program.
_WRAPPERS = frozenset(
    [
        "sudo",
        "env",
        "command",
        "exec",
        "nice",
        "time",
        "xvfb-run",
        "timeout",
        "retry",
        "travis_retry",
        "dotenv",
        "direnv",
        "nohup",
        "stdbuf",
        "eatmydata",
        "doas",
        "caffeinate",
        "unbuffer",
        "catchsegv",
        "winpty",
        "chronic",
        "aws-vault",
    ]
)
_WRAPPER_VALUES = {"timeout": 1, "retry": 0}
_LOOP = re.compile(r"\bfor\s+(\w+)\s+in\s+([^$`*;\n]+?)\s*[;\n]\s*do\b((?:(?!\bfor\b).)*?)[;\n]\s*done\b", re.DOTALL)
_MOST_TURNS = 60
MAX_COMMANDS = 5000


@dataclass(frozen=True, slots=True)
class Simple:
    """One call of a program: its words, the folder it runs in (None when unknown), its line from 0."""

    words: tuple[str, ...]
    folder: str | None
    line: int

    @property
    def program(self) -> str:
        """The program's name without its folder."""
        return self.words[0].rpartition("/")[2] if self.words else ""


def split(text: str, folder: str | None = "") -> Iterator[Simple]:
    """The simple commands of a shell text, in order."""
    functions: set[str] = set(re.findall(r"^\s*(?:function\s+)?([A-Za-z_][\w-]*)\s*\(\)", text, re.MULTILINE))
    text, bodies = _unroll(text)
    for body in bodies:
        yield from split(body, folder)
    count = 0
    for number, line in _lines(text):
        for part in _parts(line):
            words = _strip(_words(part))
            if not words or words[0] in functions or words[0].rstrip("()") in functions:
                continue
            if words[0] in ("cd", "pushd"):
                folder = _move(folder, words[1:])
                continue
            count += 1
            if count > MAX_COMMANDS:
                return
            yield from _inner(Simple(words, folder, number))


def _unroll(text: str) -> tuple[str, list[str]]:
    """Take loops over literal words out of a text, and give their bodies once for each word.

    Both keep their line ends, so that what is found has its line in the whole text.
    """
    bodies: list[str] = []

    def take(found: re.Match[str]) -> str:
        above = "\n" * text.count("\n", 0, found.start(3))
        for word in found[2].split()[:_MOST_TURNS]:
            value = word.strip("'\"")
            variable = rf"\$(?:\{{{found[1]}\}}|{found[1]}\b)"
            bodies.append(above + re.sub(variable, lambda _, value=value: value, found[3]))
        return "\n" * found[0].count("\n")

    return _LOOP.sub(take, text), bodies


def _inner(simple: Simple) -> Iterator[Simple]:
    """Look into `bash -c "..."` and `eval`."""
    words = simple.words
    if simple.program in ("bash", "sh", "zsh", "dash", "ash") and len(words) > 2:
        flags = [at for at, word in enumerate(words[1:-1], 1) if re.fullmatch(r"-[a-z]*c", word)]
        if flags:
            for found in split(words[flags[0] + 1], simple.folder):
                yield Simple(found.words, found.folder, simple.line)
            return
    yield simple


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first line: continued lines joined, here-documents left out."""
    pending, first, ends = "", 0, ""
    for number, raw in enumerate(text.splitlines()):
        if ends:
            ends = "" if raw.strip() == ends else ends
            continue
        if not pending:
            first = number
        line = pending + raw
        if line.endswith(("\\", " `")):
            pending = line[:-1] + " "
            continue
        if _open_quote(line) and len(line) < 10_000:
            pending = line + "\n"
            continue
        pending = ""
        heredoc = _HEREDOC.search(line)
        ends = heredoc[2] if heredoc else ""
        yield first, line
    if pending.strip():
        yield first, pending


def _open_quote(line: str) -> bool:
    quote = ""
    previous = ""
    for character in line:
        if quote:
            quote = "" if character == quote and not (quote == '"' and previous == "\\") else quote
        elif character == "#" and (not previous or previous.isspace()):
            return False
        elif character in "'\"" and previous != "\\":
            quote = character
        previous = character
    return bool(quote)


def _parts(line: str) -> Iterator[str]:
    """Split a line at its operators, outside of quotes and of `$(...)`."""
    line = _EXPRESSION.sub("${EXPRESSION}", line)
    part, quote, depth, at = "", "", 0, 0
    while at < len(line):
        character = line[at]
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#" and (not part or part[-1].isspace()):
            break
        elif line.startswith("$(", at) or line.startswith("${", at):
            depth += 1
        elif character in ")}" and depth:
            depth -= 1
        elif not depth and (character in ";|\n" or (character == "&" and not _redirects(line, at))):
            yield part
            part, at = "", at + 1
            continue
        part += character
        at += 1
    yield part


def _redirects(line: str, at: int) -> bool:
    return (at > 0 and line[at - 1] == ">") or line[at + 1 : at + 2] == ">"


def _words(part: str) -> list[str]:
    try:
        return shlex.split(part, comments=False)
    except ValueError:
        return part.split()


def _strip(words: list[str]) -> tuple[str, ...]:
    """Drop keywords, assignments, redirections and wrappers in front of the program."""
    if words and words[-1] in ("]]", "]") and words[0] not in ("[", "[["):
        # The rest of a condition that was split at its operators.
        return ()
    kept = [
        word
        for before, word in zip(["", *words], words, strict=False)
        if word and not re.match(r"\d*[<>]|&>", word) and not re.fullmatch(r"\d*[<>]{1,2}|&>", before)
    ]
    while kept:
        if not kept[0]:
            kept = kept[1:]
            continue
        head = kept[0].lstrip("({@-") if kept[0][0] in "({@" else kept[0]
        if head.endswith(")") and "(" not in head and not head.startswith("$"):
            # A pattern of `case`.
            kept = kept[1:]
            continue
        if head in _SKIPPED:
            return ()
        if _ASSIGNMENT.match(head) and "$(" in head and not head.endswith(")"):
            kept[0] = head[head.index("$(") + 2 :]
            continue
        if not head or head in _KEYWORDS or _ASSIGNMENT.match(head):
            kept = kept[1:]
            continue
        kept[0] = head
        wrapper = head.rpartition("/")[2]
        if wrapper not in _WRAPPERS:
            break
        kept = _unwrap(kept[1:], _WRAPPER_VALUES.get(wrapper, 0))
    if kept:
        kept[-1] = kept[-1].rstrip(")") if "(" not in kept[-1] else kept[-1]
    return tuple(word for word in kept if word)


def _unwrap(words: list[str], values: int) -> list[str]:
    while words and (words[0].startswith("-") or _ASSIGNMENT.match(words[0])):
        words = words[1:]
    return words[values:] if len(words) > values else words


def _move(folder: str | None, words: tuple[str, ...]) -> str | None:
    """The folder after `cd`; None when it depends on something that is not written here."""
    plain = [word for word in words if not word.startswith("-")]
    if folder is None or not plain:
        return None
    target = plain[0].rstrip(")")
    for root in ("$GITHUB_WORKSPACE", "${GITHUB_WORKSPACE}", "$CI_PROJECT_DIR", "${CI_PROJECT_DIR}", "$WORKSPACE"):
        if target == root or target.startswith(root + "/"):
            target, folder = target[len(root) :].lstrip("/") or ".", ""
    if any(mark in target for mark in "$`~") or target.startswith("/"):
        return None
    return clean(f"{folder}/{target}")


def clean(path: str) -> str | None:
    """A folder relative to the root of the tree, "" for the root; None when it leads out of the tree."""
    joined = normpath(path.strip("/") or ".")
    if joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else joined
