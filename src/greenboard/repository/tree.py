"""A git working tree, read safely: the list of its files, their text, nothing outside it.

Tracked files and untracked ones that git does not ignore count. Every read is bounded in size,
refuses links that leave the tree, and tells why when it cannot read; nothing here ever returns an
empty text for a file that it could not look at.
"""

from __future__ import annotations

import os
import subprocess
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, TypeVar, cast

from greenboard.core import yaml
from greenboard.core.errors import Place, UserError

if TYPE_CHECKING:
    from greenboard.repository.history import History

MAX_TEXT = 5 * 2**20
MAX_REPORT = 64 * 2**20
_CACHED_DOCUMENTS = 64
_CACHED_TEXTS = 64
_T = TypeVar("_T")
_GIT_ENV = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_GIT_SAFE = tuple(
    part
    for setting in (
        "core.fsmonitor=false",
        "core.hooksPath=/dev/null",
        "log.showSignature=false",
        "protocol.allow=never",
        "safe.directory=*",
    )
    for part in ("-c", setting)
)
"""Nothing of the repository's own settings runs a program, and nothing is fetched."""


class Unreadable(UserError):
    """A file that is there but could not be looked at."""


class NotARepository(UserError):
    """A path that is not a git working tree."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the tree. `link` marks a symbolic link, `module` a submodule's folder."""

    path: str
    tracked: bool = True
    link: bool = False
    module: bool = False


class Tree:
    """One working tree. Paths are relative to its root, with forward slashes."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._documents: OrderedDict[str, list[yaml.Document] | UserError] = OrderedDict()
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._kept: dict[str, object] = {}
        self._real: dict[str, str] = {}

    @classmethod
    def open(cls, path: Path) -> Tree:
        """Open the working tree whose top folder is `path`.

        Raises:
            NotARepository: nothing there, not a git working tree, a bare repository, or a folder
                inside of one.

        """
        place = Place(str(path))
        if not path.is_dir():
            what = "not a folder" if path.exists() else "no such folder"
            raise NotARepository(what, place=place, expected="a git working tree")
        if not (path / ".git").exists():
            bare = (path / "HEAD").is_file() and (path / "objects").is_dir()
            what = "a bare repository has no files to read" if bare else "not a git working tree"
            hint = f"Clone it first: git clone {path} FOLDER" if bare else "Run git init there, or name its top folder."
            raise NotARepository(what, place=place, hint=hint)
        tree = cls(path)
        tree.git("rev-parse", "--git-dir")
        return tree

    def git(self, *arguments: str, check: bool = True) -> str:
        """Run a git command that only reads, and return what it prints.

        Raises:
            NotARepository: git refuses the folder, or is not installed.

        """
        return self.git_bytes(*arguments, check=check).decode("utf-8", "replace")

    def git_bytes(self, *arguments: str, check: bool = True) -> bytes:
        """As `git`, without decoding."""
        command = ["git", *_GIT_SAFE, "-C", str(self.root), *arguments]
        try:
            done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, **_GIT_ENV})
        except FileNotFoundError:
            raise NotARepository("git is not installed", hint="Install git and try again.") from None
        if done.returncode and check:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise NotARepository(
                f"git {arguments[0]} failed: {said[-1] if said else done.returncode}", place=Place(str(self.root))
            )
        return done.stdout if not done.returncode else b""

    def git_records(self, *arguments: str) -> Iterator[str]:
        """The parts, ended by NUL, of what a git command prints, while it runs; it ends with the iterator."""
        command = ["git", *_GIT_SAFE, "-C", str(self.root), *arguments]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, **_GIT_ENV}
        ) as process:
            try:
                yield from _records(process.stdout)
            finally:
                process.kill()

    @cached_property
    def commit(self) -> str:
        """The commit that is checked out, or "" where there is none yet."""
        return self.git("rev-parse", "--verify", "-q", "HEAD", check=False).strip()

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Every file by path: tracked, and untracked but not ignored. Files deleted from disk are left out."""
        deleted = set(_split(self.git_bytes("ls-files", "-z", "--deleted")))
        found: dict[str, Entry] = {}
        for line in _split(self.git_bytes("ls-files", "-z", "--stage")):
            head, _, path = line.partition("\t")
            if path not in deleted:
                mode = head[:6]
                found[path] = Entry(path, link=mode == "120000", module=mode == "160000")
        for path in _split(self.git_bytes("ls-files", "-z", "--others", "--exclude-standard")):
            if path and not path.endswith("/"):
                found[path] = Entry(path, tracked=False, link=(self.root / path).is_symlink())
        return found

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The paths of all files but submodules, in order."""
        return tuple(sorted(path for path, entry in self.entries.items() if not entry.module))

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = defaultdict(list)
        for path in self.files:
            index[path.rpartition("/")[2].lower()].append(path)
        return index

    @cached_property
    def _by_suffix(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = defaultdict(list)
        for path in self.files:
            name = path.rpartition("/")[2].lower()
            if "." in name:
                index["." + name.rpartition(".")[2]].append(path)
        return index

    def named(self, *names: str, under: str = "") -> list[str]:
        """Files with one of these names (any case), below a folder given with its closing slash."""
        found = (path for name in names for path in self._by_name.get(name.lower(), ()))
        return sorted(path for path in found if path.startswith(under))

    def suffixed(self, *suffixes: str, under: str = "") -> list[str]:
        """Files whose last suffix is one of these (`.tf`, any case), below a folder."""
        found = (path for suffix in suffixes for path in self._by_suffix.get(suffix.lower(), ()))
        return sorted(path for path in found if path.startswith(under))

    def has(self, path: str) -> bool:
        """Whether there is a file at exactly this path."""
        entry = self.entries.get(path)
        return entry is not None and not entry.module

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds a file at any depth; "" is the root."""
        found = {""}
        for path in self.files:
            folder = path.rpartition("/")[0]
            while folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(found)

    def has_folder(self, path: str) -> bool:
        """Whether there is a folder with files at this path."""
        return path in self.folders

    @cached_property
    def history(self) -> History:
        """What git remembers of this tree, read once and shared by all readers."""
        from greenboard.repository.history import History

        return History(self)

    def once(self, key: str, make: Callable[[], _T]) -> _T:
        """What `make` gives, kept for the next reader that asks with the same key."""
        if key not in self._kept:
            self._kept[key] = make()
        return cast("_T", self._kept[key])

    def size(self, path: str) -> int:
        """The size of a file in bytes, following a link that stays in the tree."""
        return os.stat(self._locate(path)).st_size  # noqa: PTH116

    def bytes(self, path: str, limit: int = MAX_TEXT) -> bytes:
        """The content of a file.

        Raises:
            Unreadable: larger than `limit` bytes, a link out of the tree, not a regular file, or
                not allowed by the system.

        """
        real = self._locate(path)
        try:
            with open(real, "rb", buffering=0) as file:  # noqa: PTH123
                size = os.fstat(file.fileno()).st_size
                if size > limit:
                    raise Unreadable(f"{size:,} bytes are more than the {limit:,} that are read", place=Place(path))
                return file.readall()[: limit + 1]
        except OSError as error:
            raise Unreadable(f"cannot be read: {error.strerror}", place=Place(path)) from None

    def text(self, path: str, limit: int = MAX_TEXT) -> str:
        """The text of a file in UTF-8 (a byte order mark is dropped); errors as for `bytes`."""
        if path in self._texts:
            self._texts.move_to_end(path)
            return self._texts[path]
        raw = self.bytes(path, limit)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
            raise Unreadable("not UTF-8 text", place=Place(path, line, column), hint="Save it as UTF-8.") from None
        if len(text) < 2**18:
            _remember(self._texts, path, text, _CACHED_TEXTS)
        return text

    def yaml(self, path: str) -> list[yaml.Document]:
        """The YAML documents of a file, remembered for the next reader that asks.

        Raises:
            UserError: unreadable, or not YAML, with line and column.

        """
        if path not in self._documents:
            known: list[yaml.Document] | UserError
            try:
                known = yaml.read(self.text(path), path)
            except UserError as error:
                known = error
            _remember(self._documents, path, known, _CACHED_DOCUMENTS)
        self._documents.move_to_end(path)
        found = self._documents[path]
        if isinstance(found, UserError):
            raise found
        return found

    def _locate(self, path: str) -> str:
        """The real file behind a path, which must be inside of the tree."""
        folder, _, name = path.rpartition("/")
        if folder not in self._real:
            self._real[folder] = os.path.realpath(self.root / folder)
        # Texts in place of paths: this is asked for every file that is read.
        real = os.path.join(self._real[folder], name)  # noqa: PTH118
        if name in (".", "..") or os.path.islink(real):  # noqa: PTH114
            real = os.path.realpath(real)
        top = str(self.root)
        inside = real[len(top.rstrip("/")) + 1 :] if real != top else ""
        if real != top and not real.startswith(top.rstrip("/") + "/"):
            raise Unreadable("a link that leads out of the tree", place=Place(path), hint="Link inside the repository.")
        if inside == ".git" or inside.startswith(".git/"):
            raise Unreadable("a link into .git", place=Place(path))
        if not os.path.isfile(real):  # noqa: PTH113
            what = "a link that leads nowhere" if not os.path.lexists(real) else "not a regular file"
            raise Unreadable(what, place=Place(path))
        return real


def _split(raw: bytes) -> Iterator[str]:
    return (part.decode("utf-8", "surrogateescape") for part in raw.split(b"\0") if part)


def _records(stream: IO[bytes] | None) -> Iterator[str]:
    rest = b""
    while stream is not None and (chunk := stream.read1(2**16)):  # type: ignore[attr-defined]
        *whole, rest = (rest + chunk).split(b"\0")
        yield from (part.decode("utf-8", "surrogateescape") for part in whole)
    if rest:
        yield rest.decode("utf-8", "surrogateescape")


def _remember(cache: OrderedDict[str, _T], key: str, value: _T, most: int) -> None:
    cache[key] = value
    while len(cache) > most:
        cache.popitem(last=False)


def within(paths: Iterable[str], folder: str) -> tuple[str, ...]:
    """The paths below a folder; "" is the root."""
    prefix = f"{folder}/" if folder else ""
    return tuple(path for path in paths if path.startswith(prefix))


def name_of(path: str) -> str:
    """The last part of a path."""
    return PurePosixPath(path).name
