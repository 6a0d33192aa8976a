"""From the commands and packaged steps of jobs to what they do.

What a program does stands in the tables of `programs` and `actions`. A call that is in no table is
looked up in the tree (make targets, package scripts, shell scripts: `delegates`); what is not found
there either is noted as unseen, so that nothing is denied that may be true.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from greenboard.repository.ci import actions, programs
from greenboard.repository.ci.delegates import Delegates
from greenboard.repository.ci.launchers import container, launch
from greenboard.repository.ci.linters import is_general
from greenboard.repository.ci.shell import Simple, clean, split
from greenboard.repository.ci.types import Command, Job, Lint, Run, Unseen, Use, When, Work

_CALLS: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = {
    **{call: ("harmless", values) for call, values in programs.HARMLESS_CALLS.items()},
    **{call: ("deploy", values) for call, values in programs.DEPLOYS.items()},
    **{call: ("doubt", values) for call, values in programs.PAGES.items()},
    **{call: ("lint", values) for call, values in programs.LINTS.items()},
    **{call: ("scan", values) for call, values in programs.SCANS.items()},
    **{call: ("test", values) for call, values in programs.TESTS.items()},
}
_MANY_GOALS = frozenset({"mvn", "gradle", "sbt", "lein", "ant"})
_ALIASES = {
    "mvnw": "mvn", "mvnd": "mvn", "mvnw.cmd": "mvn", "gradlew": "gradle", "gradlew.bat": "gradle",
    "golangci": "golangci-lint",
    "pnpm.cmd": "pnpm", "npm.cmd": "npm", "docker-compose": "docker-compose", "phpunit.phar": "phpunit",
    "bazelisk": "bazel",
}  # fmt: skip
_IDLE = frozenset(
    [
        "--version",
        "--help",
        "--collect-only",
        "--co",
        "--no-run",
        "--list",
        "--listTests",
        "-list",
        "--showConfig",
        "--dry-run",
        "-DskipTests",
        "-DskipTests=true",
        "-Dmaven.test.skip",
        "-Dmaven.test.skip=true",
        "--if-present-only",
    ]
)
_NARROWING = re.compile(
    r"-m|-k|-run|--run|-g|--grep|--filter|-t|--testNamePattern|--tests?|--tag|--tags|-Dtest=.*|-Dgroups=.*|--only"
    r"|--include-tag|--group|--testsuite|-run=.*|--filter=.*|--grep=.*|--test_tag_filters=.*|--testsuite=.*|-R|-L"
)
_EXCLUDING = re.compile(
    r"--(ignore|deselect|exclude\w*|testPathIgnorePatterns|ignore-glob|skip\w*|exclude-tag|exclude-group)\b.*|-skip.*"
)
_KINDS = (
    ("e2e", r"e2e|end.?to.?end|acceptance|cypress|playwright|uitests?|browser.?tests?|system.?tests?"),
    ("integration", r"integration|integ|its?|inttests?|functional|func"),
    ("contract", r"contracts?|pact|cdc"),
    ("smoke", r"smoke|sanity"),
    ("performance", r"perf|performance|load.?tests?|stress|soak|benchmarks?|bench"),
    ("unit", r"units?|unittests?"),
)
_KIND_PATTERNS = tuple((kind, re.compile(rf"(?:^|[^a-z])(?:{words})(?:[^a-z]|$)")) for kind, words in _KINDS)
_SUBCOMMANDS = {(call[0], word) for call in programs.TESTS for word in call[1:]}
_CLUSTER = frozenset({"kubectl", "helm", "helmfile", "skaffold", "kustomize", "oc", "werf", "tilt", "kapp", "ko"})
_LOCAL_CLUSTERS = frozenset({"kind", "minikube", "k3d", "k3s", "microk8s", "ctlptl", "localstack", "awslocal"})
_DEEPEST = 5


def kinds_in(text: str) -> set[str]:
    """The kinds of tests that a name or path speaks of."""
    spaced = re.sub(r"([a-z])([A-Z])", r"\1-\2", text).lower()
    return {kind for kind, pattern in _KIND_PATTERNS if pattern.search(spaced)}


def judge(jobs: Iterable[Job], delegates: Delegates) -> Work:
    """What all these jobs do together."""
    work = Work()
    for job in jobs:
        _Judge(job, delegates, work).job()
    return work


class _Judge:
    """Looks at one job and notes what it does in the work of all."""

    def __init__(self, job: Job, delegates: Delegates, work: Work) -> None:
        self.subject = job
        self.delegates = delegates
        self.work = work
        self.seen: set[tuple[tuple[str, ...], str | None, When]] = set()
        self.when = job.when
        called = {simple.program for command in job.commands for simple in split(command.text)}
        self.local_cluster = bool(called & _LOCAL_CLUSTERS) or any(
            re.search(r"(^|[/-])(kind|minikube|k3d|k3s)([/@-]|$)", use.name) for use in job.uses
        )

    def job(self) -> None:
        for each in self.subject.unseen:
            self.unseen(each.what, each.place)
        for use in self.subject.uses:
            self.when = use.when or self.subject.when
            self.use(use)
        for command in self.subject.commands:
            self.when = command.when or self.subject.when
            self.command(command, (), 0)

    def unseen(self, what: str, place: str) -> None:
        """Note a call that cannot be looked into."""
        self.work.unseen.append(Unseen(what, place))
        if self.when.changes is not False:
            self.work.unseen_on_change.append(self.work.unseen[-1])

    def use(self, use: Use) -> None:
        """Note what a packaged step does."""
        for effect in actions.effects(use):
            kind, _, value = effect.partition(" ")
            if kind == "run":
                self.command(Command(value, use.place, None), (), 1)
            elif kind == "unseen":
                self.unseen(use.name, use.place)
            elif kind == "doubt":
                self.work.doubts.add(value)
            else:
                narrowed = any(re.search("dir|path|args|src|file", key) for key, _ in use.inputs)
                folder = None if narrowed else ""
                self.note(kind, tuple(value.split()), Simple((use.name,), folder, 0), use.place, ())

    def command(self, command: Command, names: tuple[str, ...], depth: int) -> None:
        """Note what a shell text does. `names` are the targets and scripts that led here."""
        path, _, line = command.place.rpartition(":")
        first = int(line) if line.isdigit() else 0
        for simple in split(command.text, command.folder):
            place = f"{path}:{first + simple.line}" if first and depth == 0 else command.place
            self.call(simple, place, names, depth)

    def call(self, simple: Simple, place: str, names: tuple[str, ...], depth: int) -> None:
        words = launch(simple.words)
        simple = Simple(words, simple.folder, simple.line)
        inside = container(words)
        if inside is not None:
            self.inside(inside, simple, place, names, depth)
            return
        program = _ALIASES.get(simple.program, simple.program)
        parts = _projects(simple) if program == "gradle" else []
        if parts:
            for part in parts:
                self.call(part, place, names, depth)
            return
        found = _lookup(program, words)
        if program in ("mvn", "gradle") and not set(words) <= {simple.words[0], *_IDLE}:
            self.plugins(program, simple, place)
        if found is None and program in _MANY_GOALS:
            found = self.goals(program, words)
        if found:
            for what, values in found:
                self.note(what, values, simple, place, names)
            if any(what == "lint" for what, _ in found) and program in ("pre-commit", "prek", "lefthook"):
                self.hooks(place)
            return
        self.delegate(simple, place, names, depth)

    def plugins(self, program: str, simple: Simple, place: str) -> None:
        """A build of Maven or Gradle runs plugins, its own and inherited ones: those that are seen count."""
        self.work.doubts |= {"lints", "scans"}
        goals = {word.rpartition(":")[2].lower() for word in simple.words[1:]}
        if goals & {"verify", "install", "check", "build"} and not _IDLE & set(simple.words):
            plugin = self.delegates.build_linter(program, simple.folder)
            if plugin and not any(plugin in word.lower() for word in simple.words):
                self.lint(simple, place)

    def lint(self, simple: Simple, place: str) -> None:
        """Note a linter with the folders that it looks at: those it is given, else where it runs."""
        folders: tuple[str, ...] = ("",) if is_general(simple.words[0]) else ()
        if simple.folder is not None and not folders:
            named = [clean(f"{simple.folder}/{word}") for word in simple.words[1:] if not word.startswith("-")]
            given = [path for path in named if path is not None and self.delegates.tree.has_folder(path)]
            folders = tuple(given) or (simple.folder,)
        program = _ALIASES.get(simple.program, simple.program) if "/" not in simple.words[0] else simple.words[0]
        program = _ALIASES.get(simple.program, program)
        self.work.lints.append(Lint(program, place, folders, self.when))

    def hooks(self, place: str) -> None:
        for scanner in self.delegates.hook_scanners():
            self.work.scans.append((scanner, place))

    def goals(self, program: str, words: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]] | None:
        """What the several goals of one call of a build tool do; None when some goal is not known."""
        goals = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        found: list[tuple[str, tuple[str, ...]]] = []
        excluded = {after for option, after in pairwise(words) if option in ("-x", "-pl", "-f", "-P")}
        for goal in goals:
            name = goal.lower().rpartition(":")[2] if program == "gradle" else goal.lower()
            known = _CALLS.get((program, name))
            if goal in excluded:
                continue
            if known is None:
                return found or None
            if known[0] == "test" and ("test" in excluded or _IDLE & set(words)):
                continue
            found.append(known)
        return found or None

    def inside(
        self, inside: tuple[str, tuple[str, ...]], simple: Simple, place: str, names: tuple[str, ...], depth: int
    ) -> None:
        """A command in a container: the image may be a tool itself, else its command counts."""
        image, rest = inside
        base = image.partition("@")[0]
        base = base[: base.rindex(":")] if ":" in base.rpartition("/")[2] else base
        short = "/".join(base.split("/")[-2:])
        known = _CALLS.get((short,)) or _CALLS.get((base.rpartition("/")[2],))
        if known:
            self.note(known[0], known[1], simple, place, names)
        elif rest:
            self.call(Simple(rest, None, simple.line), place, names, depth + 1)
        else:
            self.unseen(f"container {image}", place)

    def delegate(self, simple: Simple, place: str, names: tuple[str, ...], depth: int) -> None:
        """Follow a call into the tree, or note that it cannot be seen."""
        program = simple.program
        if not program or program in programs.HARMLESS or program in _LOCAL_CLUSTERS or _IDLE & set(simple.words):
            return
        key = (simple.words, simple.folder, self.when)
        if key in self.seen:
            return
        self.seen.add(key)
        # The wrapper of a build tool is its start script: what counts is the goal, and that is not known.
        known = depth < _DEEPEST and _ALIASES.get(program, program) not in _MANY_GOALS
        followed = self.delegates.follow(simple) if known else None
        if followed is None:
            self.unseen(" ".join(simple.words)[:80], place)
            return
        for command in followed.commands:
            self.command(
                Command(command.text, place, command.folder),
                (*names, followed.name) if followed.name else names,
                depth + 1,
            )

    def note(self, what: str, values: tuple[str, ...], simple: Simple, place: str, names: tuple[str, ...]) -> None:
        if what == "lint":
            if not _IDLE & set(simple.words):
                self.lint(simple, place)
        elif what == "scan":
            self.work.scans.append((values[0], place))
        elif what == "deploy":
            if not (self.local_cluster and simple.program in _CLUSTER) and not _stays(simple.words):
                self.work.deploys.append(place)
        elif what == "doubt":
            self.work.doubts.add(values[0])
        elif what == "test" and not _IDLE & set(simple.words):
            kind = values[1] if len(values) > 1 else None
            found = runs(simple, values[0], kind, place, (*reversed(names), self.subject.name))
            self.work.runs.extend(replace(run, when=self.when, words=simple.words) for run in found)


def _projects(simple: Simple) -> list[Simple]:
    """A Gradle call that names tasks of projects (`app:lint`) as one call for each, in the folder of the project."""
    tasks = [word for word in simple.words[1:] if re.fullmatch(r":?[\w.-]+(:[\w.-]+)+", word)]
    shared = [word for word in simple.words[1:] if word not in tasks]
    found = []
    for task in tasks:
        project, _, name = task.strip(":").rpartition(":")
        folder = None if simple.folder is None else clean(f"{simple.folder}/{project.replace(':', '/')}")
        options = [word for word in shared if word.startswith("-")]
        found.append(Simple((simple.words[0], name, *options), folder, simple.line))
    if tasks and any(not word.startswith("-") for word in shared):
        found.append(Simple((simple.words[0], *shared), simple.folder, simple.line))
    return found


def _stays(words: tuple[str, ...]) -> bool:
    """Whether a call that could deploy changes nothing elsewhere: a dry run, or a copy to here."""
    if "--dry-run" in " ".join(words):
        return True
    copies = words[:2] in (("gsutil", "cp"), ("gsutil", "rsync"), ("s3cmd", "sync"), ("rclone", "sync"))
    if not copies and words[:3] not in (("aws", "s3", "cp"), ("aws", "s3", "sync"), ("gcloud", "storage", "cp")):
        return False
    plain = [word for word in words[2:] if not word.startswith("-")]
    places = [at for at, word in enumerate(plain) if re.match(r"[a-z0-9]+://|\w[\w-]+:", word)]
    # The source comes first: one address, and it is the first of two places, is a download.
    sources = [at for at, word in enumerate(plain) if word not in ("cp", "sync", "rsync", "s3")]
    return bool(places) and len(sources) > 1 and places[0] == sources[0] and sources[1] not in places


def runs(simple: Simple, runner: str, kind: str | None, place: str, names: tuple[str, ...]) -> list[Run]:
    """The runs of tests that one call is. `names` are tried for a kind, nearest first."""
    targets, said, without, filtered = _arguments(simple, runner)
    chosen = kind
    if chosen is None and len(said) == 1 and not targets:
        chosen = next(iter(said))
    for name in names if chosen is None and not said and not targets else ():
        hinted = kinds_in(name)
        if hinted:
            chosen = next(iter(hinted)) if len(hinted) == 1 else None
            break
    run = Run(runner, chosen, place, simple.folder, targets, filtered and kind is None, tuple(sorted(without)))
    if runner == "go" and chosen and kind is None and "tags" in " ".join(simple.words) and not filtered:
        return [run, Run(runner, None, place, simple.folder, targets, False, run.without)]
    return [run]


def _arguments(simple: Simple, runner: str) -> tuple[tuple[str, ...], set[str], set[str], bool]:
    """The paths a run is narrowed to, the kinds it names, the kinds it leaves out, whether it is filtered."""
    targets: list[str] = []
    said: set[str] = set()
    without: set[str] = {"integration"} if "-short" in simple.words or "-DskipITs" in simple.words else set()
    filtered = False
    previous = ""
    for at, word in enumerate(simple.words[1:], 1):
        if at < 3 and (simple.program, word) in _SUBCOMMANDS:
            continue
        if _EXCLUDING.fullmatch(word) or _EXCLUDING.fullmatch(previous) or re.match(r"(?:not|!)\s*\S", word):
            without |= kinds_in(word)
        elif previous not in ("-o", "--junitxml", "--cov", "-c", "--config", "--reporter", "--output"):
            filtered = filtered or (bool(_NARROWING.fullmatch(word)) and not (word == "-m" and runner != "pytest"))
            said |= (
                kinds_in(word) if not word.startswith(("--junit", "--cov", "--report", "-cover", "-bench")) else set()
            )
            path = _target(word, simple.folder, runner)
            if path is not None and not _NARROWING.fullmatch(previous):
                targets.append(path)
        previous = word
    if without and filtered:
        filtered = False
    return tuple(target for target in targets if target), said, without, filtered


def _target(word: str, folder: str | None, runner: str) -> str | None:
    """A word as a path of the tree, when it is one; "" for everything below the folder."""
    if runner not in ("pytest", "go", "jest", "ruby", "browser", "phpunit", "unittest", "elixir", "dotnet"):
        return None
    if word.startswith("-") or "$" in word or folder is None or "*" in word:
        return None
    if runner == "dotnet" and re.search(r"\.(slnf?|slnx)$", word):
        return None
    if runner == "dotnet" and re.search(r"\.\w+proj$", word):
        word = word.rpartition("/")[0] or "."
    if (
        "/" not in word
        and "." not in word
        and word not in ("tests", "test", "spec", "specs", "e2e", "integration", "unit")
    ):
        return None
    plain = clean(f"{folder}/{word.removesuffix('...').partition('::')[0]}")
    return plain if plain != folder else ""


def _lookup(program: str, words: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]] | None:
    """What the tables say of a call; the first plain word that they know decides."""
    if program in _MANY_GOALS:
        return None
    plain = [word for word in words[1:8] if not word.startswith("-")]
    flags = [word for word in words[1:3] if word.startswith("-")]
    for at, word in enumerate((*plain[:4], *flags[:1])):
        following = plain[at + 1 : at + 4] if at < len(plain) else []
        for third in following:
            known = _CALLS.get((program, word, third))
            if known:
                return [known]
        known = _CALLS.get((program, word))
        if known:
            return [known]
    known = _CALLS.get((program,))
    return [known] if known else None
