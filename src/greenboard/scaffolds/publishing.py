"""Putting a rendered tree on a branch of a repository, without a work tree and without anything of what is there.

Commits are the same whenever they are made anew: author, moment and content are those of the making. So a push that
was done before is found, and nothing is ever forced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from greenboard.access.errors import InTheWay
from greenboard.connections.git import Git
from greenboard.connections.relay import Relay
from greenboard.core.errors import UserError

SPAN = timedelta(minutes=5)
_EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""The tree of nothing, the same in every repository."""
_AT_ONCE = 200
_WHO = "Greenboard"
_MAIL = "greenboard@localhost"


@dataclass(frozen=True)
class Wanted:
    """What is pushed: the rendered files, on which branch, with which message, made at which moment.

    `before` is what the project was rendered to the last time, where this is an update.
    """

    rendered: Path
    branch: str
    message: str
    at: datetime
    before: Path | None = None


@dataclass(frozen=True)
class Pushed:
    """What was pushed. `left` are the files that were left as the project has them."""

    base: str
    branch: str
    commit: str
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class _There:
    """What a repository has: its branches with their commits, and the usual one."""

    usual: str
    heads: Mapping[str, str] = field(default_factory=dict)


class Publishing:
    """Pushes to one repository. `address` is that of the relay, `work` a folder for everything in between."""

    def __init__(self, relay: Relay, address: str, work: Path, at: datetime) -> None:
        stamp = f"{int(at.timestamp())} +0000"
        who = {"GIT_AUTHOR_NAME": _WHO, "GIT_AUTHOR_EMAIL": _MAIL, "GIT_AUTHOR_DATE": stamp,
               "GIT_COMMITTER_NAME": _WHO, "GIT_COMMITTER_EMAIL": _MAIL, "GIT_COMMITTER_DATE": stamp}  # fmt: skip
        self.git = Git(relay, SPAN, also=who)
        self.address, self.work, self.folder = address, work, work / "repository.git"

    def begin(self, wanted: Wanted, base: str, *, reviewed: bool) -> Pushed:
        """Push to a repository that has nothing yet: to its base, or to a branch beside an empty one.

        Raises:
            InTheWay: it has something.
            Failed: it cannot be pushed.

        """
        there = self._there()
        self._git("init", "--quiet", "--bare", "--template=", str(self.folder), within=False)
        tree = self._tree(wanted.rendered)
        root = self._commit(_EMPTY if reviewed else tree, "Begin" if reviewed else wanted.message)
        if there.heads.get(base, root) != root or (there.heads and base not in there.heads):
            raise InTheWay("the repository has commits already", hint="Open a pull request to it instead.")
        commit = self._commit(tree, wanted.message, root) if reviewed else root
        wishes = {base: root, wanted.branch: commit} if reviewed else {base: root}
        self._push({name: at for name, at in wishes.items() if there.heads.get(name) != at})
        return Pushed(base, wanted.branch if reviewed else base, commit)

    def propose(self, wanted: Wanted) -> Pushed:
        """Push a branch for a pull request to a repository that is there. One that is pushed already is left so.

        Raises:
            UserError: there is nothing to change.
            Failed: it cannot be cloned or pushed.

        """
        there = self._there()
        if not there.usual:
            raise UserError("the repository has no commit yet", hint="Push something first, or make a new one.")
        if wanted.branch in there.heads:
            return Pushed(there.usual, wanted.branch, there.heads[wanted.branch])
        self._git("clone", "--quiet", "--bare", "--depth=1", "--filter=blob:none", "--single-branch", "--no-tags",
                  "--template=", self.address, str(self.folder), within=False)  # fmt: skip
        head = self._told("rev-parse", "HEAD")
        tree, left = self._updated(wanted, head) if wanted.before else self._added(wanted, head)
        if tree == self._told("rev-parse", "HEAD^{tree}"):
            raise UserError("there is nothing to change", hint="Everything that would be added is there already.")
        commit = self._commit(tree, wanted.message, head)
        self._push({wanted.branch: commit})
        return Pushed(there.usual, wanted.branch, commit, left)

    def _added(self, wanted: Wanted, head: str) -> tuple[str, tuple[str, ...]]:
        """The tree with what is not there yet. Nothing that is there is changed; what differs is told."""
        here, new = self._entries(head), self._entries(self._tree(wanted.rendered))
        self._index("read-tree", head)
        self._put({path: entry for path, entry in new.items() if path not in here})
        left = tuple(sorted(path for path, entry in new.items() if here.get(path, entry) != entry))
        return self._index("write-tree", "--missing-ok"), left

    def _updated(self, wanted: Wanted, head: str) -> tuple[str, tuple[str, ...]]:
        """The tree with what the scaffold changed since `before`; where the project changed the same, it stays."""
        assert wanted.before is not None
        base = self._commit(self._tree(wanted.before), "Before")
        new = self._commit(self._tree(wanted.rendered), "After", base)
        own = self._commit(self._told("rev-parse", f"{head}^{{tree}}"), "Project", base)
        code, said = self.git.answered(
            "-C", str(self.folder), "merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", own, new
        )
        if code not in (0, 1):
            self.git.expect(code, "cannot be merged")
        tree, *several = said.decode().rstrip("\0").split("\0")
        left = tuple(sorted(set(several)))
        if not left:
            return tree, ()
        here = self._entries(head)
        self._index("read-tree", tree)
        self._index("rm", "--cached", "--quiet", "--ignore-unmatch", "--", *left)
        self._put({path: here[path] for path in left if path in here})
        return self._index("write-tree", "--missing-ok"), left

    def _there(self) -> _There:
        said = self.git.told("ls-remote", "--symref", self.address, "HEAD", "refs/heads/*").decode()
        usual, heads = "", dict[str, str]()
        for line in said.splitlines():
            value, _, name = line.partition("\t")
            if value.startswith("ref: ") and name == "HEAD":
                usual = value.removeprefix("ref: refs/heads/")
            elif name.startswith("refs/heads/"):
                heads[name.removeprefix("refs/heads/")] = value
        return _There(usual if usual in heads else next(iter(heads), ""), heads)

    def _tree(self, rendered: Path) -> str:
        """The files of a folder as a tree."""
        index = self.work / "index"
        index.unlink(missing_ok=True)
        git = replace(self.git, also={**self.git.also, "GIT_INDEX_FILE": str(index)})
        where = (f"--git-dir={self.folder}", f"--work-tree={rendered}")
        git.told(*where, "-c", "core.autocrlf=false", "-C", str(rendered), "add", "--all", "--force", ".")
        return git.told(*where, "write-tree").decode().strip()

    def _entries(self, tree: str) -> dict[str, str]:
        """The files of a tree: mode and content, by path."""
        said = self.git.told("-C", str(self.folder), "ls-tree", "-r", "-z", tree).decode()
        entries = (line.partition("\t") for line in said.split("\0") if line)
        return {path: f"{about.split()[0]} {about.split()[2]}" for about, _, path in entries}

    def _put(self, entries: Mapping[str, str]) -> None:
        lines = [f"{entry.replace(' ', ',')},{path}" for path, entry in sorted(entries.items())]
        for start in range(0, len(lines), _AT_ONCE):
            several = [part for line in lines[start : start + _AT_ONCE] for part in ("--cacheinfo", line)]
            self._index("update-index", "--add", *several)

    def _commit(self, tree: str, message: str, *parents: str) -> str:
        above = [part for parent in parents for part in ("-p", parent)]
        return self._told("commit-tree", tree, "-m", message, *above)

    def _push(self, wishes: Mapping[str, str]) -> None:
        if wishes:
            refs = [f"{commit}:refs/heads/{name}" for name, commit in wishes.items()]
            self._git("push", "--quiet", "--no-verify", self.address, *refs)

    def _index(self, *arguments: str) -> str:
        git = replace(self.git, also={**self.git.also, "GIT_INDEX_FILE": str(self.work / "merged")})
        return git.told("-C", str(self.folder), *arguments).decode().strip()

    def _told(self, *arguments: str) -> str:
        return self.git.told("-C", str(self.folder), *arguments).decode().strip()

    def _git(self, *arguments: str, within: bool = True) -> None:
        where = ("-C", str(self.folder)) if within else ()
        self.git.expect(self.git.run(*where, *arguments), "does not take it")
