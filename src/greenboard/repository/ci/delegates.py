"""Calls that lead into the tree: make targets, package scripts, tox and nox, shell scripts, container files.

Each kind of file is read by a small parser that takes only what is written literally. What is
computed (a target that does not exist in the file, a session without literal arguments) is not
followed, and the caller says that it could not see.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.ci.makefile import Makefile
from greenboard.repository.ci.plugins import build_linter
from greenboard.repository.ci.shell import Simple, clean
from greenboard.repository.ci.types import Command
from greenboard.repository.tree import Tree

_NODE = frozenset({"npm", "yarn", "pnpm", "bun", "npm-run-all", "run-s", "run-p", "run-script-os"})
_NODE_OWN = frozenset(
    [
        "run",
        "run-script",
        "test",
        "t",
        "tst",
        "start",
        "exec",
        "workspaces",
        "workspace",
        "-r",
        "--recursive",
        "-w",
        "--workspaces",
    ]
)
_MAX_PACKAGES = 300


@dataclass(frozen=True)
class Followed:
    """The commands behind a call, and the name of the target or script, which may tell a kind."""

    commands: tuple[Command, ...]
    name: str = ""


class Delegates:
    """Follows calls into one tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._by_program: dict[str, Callable[[Simple], Followed | None]] = {
            **dict.fromkeys(("make", "gmake"), self._make),
            **dict.fromkeys(_NODE, self._node),
            **dict.fromkeys(("turbo", "nx", "lerna"), self._monorepo),
            "tox": self._tox,
            "nox": self._nox,
            "just": self._just,
            "task": self._task,
            "go-task": self._task,
            "rake": self._rake,
            "composer": self._composer,
            "hatch": self._hatch,
            "poe": self._poe,
            **dict.fromkeys(("docker", "podman", "buildah"), self._image),
            **dict.fromkeys(("bash", "sh", "zsh", "source", "."), self._shell),
        }

    def follow(self, simple: Simple) -> Followed | None:
        """The commands behind a call, or None when they cannot be known from the tree."""
        if simple.folder is None:
            return None
        follower = self._by_program.get(simple.program)
        if follower is not None and "/" not in simple.words[0]:
            return follower(simple)
        return self._script(simple.words[0], simple.folder)

    def build_linter(self, program: str, folder: str | None) -> str | None:
        """The linter that a build of Maven (`verify`) or Gradle (`check`) runs, as far as its own file shows."""
        names = ("pom.xml",) if program == "mvn" else ("build.gradle", "build.gradle.kts")
        found = self._text(*names, folder=folder)
        many = self._text("settings.gradle", "settings.gradle.kts", folder=folder) if program == "gradle" else None
        if found and many and re.search(r"^\s*include\b", many[1], re.MULTILINE):
            # A plugin of the root alone looks at no module.
            found = found if re.search(r"\b(all|sub)projects\b", found[1]) else None
        return build_linter(found[0], found[1]) if found else None

    def hook_scanners(self) -> list[str]:
        """The secret and security scanners that pre-commit runs."""
        from greenboard.repository.ci.hooks import scanners

        return sorted({tool for tool, _ in scanners(self.tree)})

    def _text(self, *names: str, folder: str | None) -> tuple[str, str] | None:
        """The path and text of the first of these files in a folder."""
        for name in names if folder is not None else ():
            path = f"{folder}/{name}" if folder else name
            try:
                if self.tree.has(path):
                    return path, self.tree.text(path, 2**20)
            except UserError:
                continue
        return None

    def _script(self, word: str, folder: str) -> Followed | None:
        path = clean(f"{folder}/{word}")
        found = self._text(path, folder="") if path else None
        if found is None:
            return None
        shebang = found[1].partition("\n")[0]
        shell = found[0].endswith((".sh", ".bash")) or re.match(r"#!.*\b(ba|z|da|)sh\b", shebang)
        # A script runs where it is called from, not where it stands.
        return Followed((Command(found[1], f"{found[0]}:1", folder),)) if shell else None

    def _shell(self, simple: Simple) -> Followed | None:
        plain = [word for word in simple.words[1:] if not word.startswith("-")]
        if not plain:
            return Followed(())
        if re.search(r"(activate|\.env|nvm\.sh|\.bashrc|\.profile|cargo/env|os-release)$", plain[0]):
            return Followed(())
        return self._script(plain[0], simple.folder or "")

    def _make(self, simple: Simple) -> Followed | None:
        folder, goals, skip = simple.folder or "", [], False
        values = dict(word.split("=", 1) for word in simple.words[1:] if re.match(r"\w+=", word))
        for option, word in zip(("", *simple.words[1:]), simple.words[1:], strict=False):
            if option in ("-C", "--directory"):
                folder = clean(f"{folder}/{word}") or ""
            elif not skip and not word.startswith("-") and "=" not in word and option not in ("-f", "-j", "-o"):
                goals.append(word)
        found = self._text("GNUmakefile", "makefile", "Makefile", folder=folder)
        if found is None or any("$" in goal for goal in goals):
            return None
        texts = [found[1]]
        for name in re.findall(r"^-?include\s+(.+)$", found[1], re.MULTILINE):
            for part in name.split():
                included = self._text(part, folder=folder)
                texts += [included[1]] if included else []
        recipe = Makefile("\n".join(texts), values).recipe(goals)
        if recipe is None:
            return None
        return Followed(
            tuple(Command(line, f"{found[0]}:{number}", folder) for number, line in recipe), " ".join(goals)
        )

    def _node(self, simple: Simple) -> Followed | None:
        folder: str | None = simple.folder
        words = list(simple.words[1:])
        everywhere = bool({"-r", "--recursive", "--workspaces", "-ws", "workspaces"} & set(words))
        for option in ("--prefix", "--cwd", "-C", "--dir"):
            if option in words[:-1]:
                at = words.index(option)
                folder = clean(f"{folder}/{words[at + 1]}")
                del words[at : at + 2]
        if "--" in words:
            words = words[: words.index("--")]
        narrowed = [word for word in words if word.startswith(("--filter", "-F", "--workspace=", "--scope"))]
        if any(word in ("--filter", "-F", "-w", "--workspace", "workspace") for word in words) or narrowed:
            return None
        plain = [word for word in words if not word.startswith("-")]
        while plain and plain[0] in ("run", "run-script", "workspaces", "foreach"):
            plain.pop(0)
        if simple.program == "yarn" and not plain:
            return Followed(())
        name = {"t": "test", "tst": "test"}.get(plain[0], plain[0]) if plain else ""
        return self._scripts(
            [name] if simple.program not in ("run-s", "run-p", "npm-run-all") else plain, folder, everywhere
        )

    def _scripts(self, names: list[str], folder: str | None, everywhere: bool = False) -> Followed | None:
        folders: list[str | None] = [folder]
        if everywhere:
            manifests = [path for path in self.tree.named("package.json") if "node_modules/" not in path]
            folders = [path.rpartition("/")[0] for path in manifests[:_MAX_PACKAGES]]
        commands: list[Command] = []
        for each in folders:
            found = self._text("package.json", folder=each)
            scripts = _json(found[1]).get("scripts", {}) if found else {}
            for name in names if found and isinstance(scripts, dict) else ():
                place = f"{found[0]}:{_line(found[1], name)}" if found else ""
                for key in (f"pre{name}", name, f"post{name}"):
                    if isinstance(scripts.get(key), str):
                        commands.append(Command(scripts[key], place, each))
                if name not in scripts and not everywhere and re.match(r"[a-z][\w.-]*$", name):
                    commands += self._binary(name, each)
        return Followed(tuple(commands), " ".join(names)) if commands else None

    def _binary(self, name: str, folder: str | None) -> list[Command]:
        """`yarn jest` and `pnpm eslint` run the program of that name when no script has it."""
        if name in _NODE_OWN or name in _NODE:
            return []
        return [Command(f"npx {name}", "package.json:1", folder)] if name in _KNOWN_BINARIES else []

    def _monorepo(self, simple: Simple) -> Followed | None:
        plain = [
            word
            for word in simple.words[1:]
            if not word.startswith("-") and word not in ("run", "run-many", "affected")
        ]
        targets = [word.split("=", 1)[1] for word in simple.words if re.match(r"(--targets?|-t)=", word)]
        names = [name for name in (*",".join(targets).split(","), *plain) if name]
        if any("filter" in word or "scope" in word or "projects" in word for word in simple.words):
            return None
        return self._scripts(names, simple.folder, everywhere=True) if names else None

    def _tox(self, simple: Simple) -> Followed | None:
        from greenboard.repository.ci.tox import environments

        chosen = [
            after for option, after in zip(simple.words, simple.words[1:], strict=False) if option in ("-e", "--env")
        ]
        found = self._text("tox.ini", "setup.cfg", "pyproject.toml", "tox.toml", folder=simple.folder)
        while found and found[0].endswith(("setup.cfg", "pyproject.toml")) and "tox" not in found[1]:
            found = self._text("pyproject.toml", folder=simple.folder) if found[0].endswith("setup.cfg") else None
        if found is None or any("$" in name for name in chosen):
            chosen = [] if found else chosen
            if found is None:
                return None
        names = [name for part in chosen for name in part.split(",")]
        commands = environments(found[0], found[1], names)
        place = f"{found[0]}:{_line(found[1], 'commands')}"
        return (
            Followed(tuple(Command(text, place, simple.folder) for text in commands), " ".join(names))
            if commands
            else None
        )

    def _nox(self, simple: Simple) -> Followed | None:
        found = self._text("noxfile.py", folder=simple.folder)
        if found is None:
            return None
        chosen = [
            after
            for option, after in zip(simple.words, simple.words[1:], strict=False)
            if option in ("-s", "-e", "--session")
        ]
        sessions = _sessions(found[1])
        names = [name.partition("-")[0].partition("(")[0] for name in chosen if "$" not in name]
        calls = [call for name, runs in sessions.items() if not names or name in names for call in runs]
        commands = tuple(Command(text, f"{found[0]}:{line}", simple.folder) for line, text in calls)
        return Followed(commands, " ".join(names)) if commands else None

    def _just(self, simple: Simple) -> Followed | None:
        found = self._text("justfile", "Justfile", ".justfile", folder=simple.folder)
        goals = [word for word in simple.words[1:] if not word.startswith("-") and "=" not in word]
        if found is None:
            return None
        body = re.sub(r"^(@?[\w-]+)[^\n:=]*:(?!=)", r"\1:", found[1], flags=re.MULTILINE).replace("\n@", "\n")
        recipe = Makefile(re.sub(r"^ +", "\t", body, flags=re.MULTILINE), {}).recipe(goals[:1])
        if recipe is None:
            return None
        return Followed(
            tuple(Command(line, f"{found[0]}:{number}", simple.folder) for number, line in recipe), " ".join(goals)
        )

    def _task(self, simple: Simple) -> Followed | None:
        found = self._text("Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "Taskfile.dist.yml", folder=simple.folder)
        goals = [word for word in simple.words[1:] if not word.startswith("-") and "=" not in word] or ["default"]
        try:
            tasks = self.tree.yaml(found[0])[0].data["tasks"] if found else None
        except (UserError, IndexError, KeyError, TypeError):
            return None
        commands = [text for goal in goals for text in _task_lines(tasks, goal, set())]
        if not commands or found is None:
            return None
        return Followed(tuple(Command(text, f"{found[0]}:1", simple.folder) for text in commands), " ".join(goals))

    def _rake(self, simple: Simple) -> Followed | None:
        found = self._text("Rakefile", "rakefile", "Rakefile.rb", folder=simple.folder)
        goals = [word for word in simple.words[1:] if not word.startswith("-") and "=" not in word] or ["default"]
        if found is None:
            return None
        if goals == ["default"]:
            match = re.search(r"task\s*(?:\(?\s*default:|:default\s*=>)\s*(.+)", found[1])
            goals = re.findall(r"[a-z_][a-z_:]*", re.sub(r"%[iwIW]", "", match[1])) if match else []
        known = {"test": ("TestTask", "minitest", "rails test"), "spec": ("RSpec::Core", "rspec")}
        commands = []
        for goal in goals:
            if goal in known and (any(word in found[1] for word in known[goal]) or "load_tasks" in found[1]):
                commands.append(f"rspec --rake-{goal}")
            elif goal == "rubocop" and "RuboCop" in found[1]:
                commands.append("rubocop")
            else:
                return None
        return Followed(tuple(Command(text, f"{found[0]}:1", simple.folder) for text in commands), "")

    def _composer(self, simple: Simple) -> Followed | None:
        found = self._text("composer.json", folder=simple.folder)
        plain = [word for word in simple.words[1:] if not word.startswith("-") and word not in ("run", "run-script")]
        scripts = _json(found[1]).get("scripts", {}) if found else {}
        if not found or not plain or not isinstance(scripts, dict):
            return None
        lines = _composer_lines(scripts, plain[0], set())
        place = f"{found[0]}:{_line(found[1], plain[0])}"
        return Followed(tuple(Command(line, place, simple.folder) for line in lines), plain[0]) if lines else None

    def _hatch(self, simple: Simple) -> Followed | None:
        found = self._text("hatch.toml", "pyproject.toml", folder=simple.folder)
        plain = [word for word in simple.words[1:] if not word.startswith("-")]
        if found is None or not plain:
            return None
        if plain[0] in ("test", "fmt"):
            text = "pytest" if plain[0] == "test" else "ruff check"
            return Followed((Command(text, f"{found[0]}:1", simple.folder),), "")
        data = _toml(found[1])
        tools = data if found[0].endswith("hatch.toml") else data.get("tool", {}).get("hatch", {})
        if plain[0] != "run" or len(plain) < 2:
            return None
        environment, _, name = plain[1].rpartition(":")
        scripts = tools.get("envs", {}).get(environment or "default", {}).get("scripts", {})
        lines = _listed(scripts.get(name))
        lines = lines or ([] if environment else [" ".join(simple.words[simple.words.index("run") + 1 :])])
        return Followed(tuple(Command(line, f"{found[0]}:1", simple.folder) for line in lines), name) if lines else None

    def _poe(self, simple: Simple) -> Followed | None:
        found = self._text("pyproject.toml", folder=simple.folder)
        plain = [word for word in simple.words[1:] if not word.startswith("-")]
        tasks = _toml(found[1]).get("tool", {}).get("poe", {}).get("tasks", {}) if found else {}
        if not found or not plain or plain[0] not in tasks:
            return None
        task = tasks[plain[0]]
        raw = [task.get(key) for key in ("cmd", "shell")] if isinstance(task, dict) else [task]
        lines = [line for line in raw if isinstance(line, str)]
        return (
            Followed(tuple(Command(line, f"{found[0]}:1", simple.folder) for line in lines), plain[0])
            if lines
            else None
        )

    def _image(self, simple: Simple) -> Followed | None:
        """`docker build` runs what the container file says."""
        words = list(simple.words[1:])
        if not {"build", "bud"} & set(words) or "compose" in words:
            return None
        files = [after for option, after in pairwise(words) if option in ("-f", "--file")]
        context = words[-1] if not words[-1].startswith("-") else "."
        base = clean(f"{simple.folder}/{context}")
        found = self._text(clean(f"{simple.folder}/{files[0]}") or "?", folder="") if files else None
        found = found or (None if files else self._text("Dockerfile", "Containerfile", folder=base))
        if found is None:
            return None
        body = re.sub(r"\\\n", " ", found[1])
        steps = re.findall(r"^\s*RUN\s+(?:--\S+\s+)*(.+)$", body, re.MULTILINE | re.IGNORECASE)
        return Followed(tuple(Command(step, f"{found[0]}:1", base) for step in steps), "")


_KNOWN_BINARIES = frozenset(
    [
        "jest",
        "vitest",
        "mocha",
        "ava",
        "eslint",
        "prettier",
        "tsc",
        "cypress",
        "playwright",
        "stylelint",
        "biome",
        "oxlint",
        "knip",
        "commitlint",
        "karma",
        "ng",
        "nx",
        "turbo",
        "lerna",
        "wdio",
        "testcafe",
        "vue-tsc",
        "svelte-check",
        "markdownlint",
        "xo",
        "standard",
        "tsup",
        "vite",
        "webpack",
        "rollup",
        "lint-staged",
        "semantic-release",
        "changeset",
        "cdk",
        "serverless",
        "next",
        "nuxt",
        "audit-ci",
        "size-limit",
        "publint",
        "depcheck",
        "react-scripts",
        "codecov",
        "nyc",
        "c8",
        "storybook",
    ]
)


def _json(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _line(text: str, word: str) -> int:
    at = text.find(f'"{word}"')
    at = at if at >= 0 else text.find(word)
    return text.count("\n", 0, at) + 1 if at >= 0 else 1


def _listed(value: object) -> list[str]:
    return (
        [value]
        if isinstance(value, str)
        else [line for line in value if isinstance(line, str)]
        if isinstance(value, list)
        else []
    )


def _composer_lines(scripts: dict[str, object], name: str, seen: set[str]) -> list[str]:
    """The lines of a composer script, with those of the scripts that it names by `@`."""
    lines: list[str] = []
    for line in _listed(scripts.get(name)) if name not in seen else ():
        seen.add(name)
        other = line.removeprefix("@").split(" ")[0]
        if line.startswith("@") and other not in ("php", "putenv", "composer"):
            lines += _composer_lines(scripts, other, seen)
        else:
            lines.append(line.removeprefix("@php ").removeprefix("@"))
    return lines


def _task_lines(tasks: object, goal: str, seen: set[str]) -> list[str]:
    """The commands of a task of a Taskfile, with those of the tasks that it calls."""
    task = tasks.get(goal) if isinstance(tasks, dict) else None
    if task is None or goal in seen:
        return []
    seen.add(goal)
    steps = task if isinstance(task, list) else [task] if isinstance(task, str) else []
    if isinstance(task, dict):
        steps = [{"task": name} for name in _listed(task.get("deps"))] + (task.get("cmds") or [task.get("cmd")])
    lines: list[str] = []
    for step in steps:
        text = step.get("cmd") if isinstance(step, dict) else step
        if isinstance(text, str):
            lines.append(text)
        elif isinstance(step, dict) and isinstance(step.get("task"), str):
            lines += _task_lines(tasks, step["task"], seen)
    return lines


def _sessions(text: str) -> dict[str, list[tuple[int, str]]]:
    """The literal `session.run(...)` calls of each session of a noxfile."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[str, list[tuple[int, str]]] = {}
    for node in module.body:
        decorators = [ast.unparse(each) for each in node.decorator_list] if isinstance(node, ast.FunctionDef) else []
        if not isinstance(node, ast.FunctionDef) or not any("session" in each for each in decorators):
            continue
        named = [re.search(r"name=['\"]([^'\"]+)", each) for each in decorators]
        name = next((match[1] for match in named if match), node.name)
        found[name] = [
            (
                call.lineno,
                " ".join(
                    each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
                ),
            )
            for call in ast.walk(node)
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in ("run", "run_always")
        ]
    return found
