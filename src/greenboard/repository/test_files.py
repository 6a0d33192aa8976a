"""Which files are tests, and of what kind, by the conventions of each language and its test runners.

The kind is told by build tags, markers, imports and names. A word such as `integration` counts only
where it stands beside a word for tests (`tests/integration/`, `order_integration_test.go`), so that a
folder called `integrations` in the code makes no integration tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

from greenboard.core.errors import UserError
from greenboard.repository.languages import VENDORED, family, language_of
from greenboard.repository.tree import Tree

MAX_READ = 4000
"""Files that are opened for each component to tell kinds; beyond that names alone decide."""

_SCRIPT = r"\.[cm]?[jt]sx?"
_NAMES: dict[str, str] = {
    "go": r".*_test\.go",
    "python": r"test_.*\.py|.*_test\.py|tests?\.py",
    "javascript": rf".*[._-](test|tests|spec|e2e-spec|cy|e2e){_SCRIPT}",
    "java": r"(Test.+|.+Tests?|.+TestCase|IT.+|.+IT|.+ITCase|.+Specs?)\.(java|kt|groovy|scala)",
    "ruby": r".*_(spec|test)\.rb|test_.*\.rb",
    "php": r".*(Test|Cest|Spec)\.php",
    "csharp": r".*(Tests?|Specs?|Facts)\.(cs|fs|vb)",
    "swift": r".*(Tests?|Specs?)\.swift",
    "elixir": r".*_test\.exs",
    "dart": r".*_test\.dart",
    "cpp": r"(test_.*|.*_(test|tests|unittest|gtest)|.*Tests?)\.(c|cc|cpp|cxx)",
    "haskell": r".*Spec\.hs",
    "clojure": r".*_test\.cljc?s?",
    "shell": r".*\.bats",
}
KNOWN = frozenset({"go", "python", "javascript", "java", "rust", "ruby", "php", "csharp", "swift", "elixir", "dart"})
"""Languages of which the conventions are known so well that finding no test means that there is none."""

_PATTERNS = {language: re.compile(pattern) for language, pattern in _NAMES.items()}
_FOLDERS = re.compile(r"(?:^|/)(__tests__|tests?|specs?|cypress|e2e)/")
_ASIDE = re.compile(
    r"/(testdata|test-data|(__)?fixtures(__)?|_?examples?|samples?|demos?|docs?|guides?|\w*templates?|snapshots)/",
    re.IGNORECASE,
)
_IN_FOLDERS = re.compile(
    rf"(?!.*(?:config|setup|helper|util|fixture|mock|support|index|global|runner)).*{_SCRIPT}", re.IGNORECASE
)
_ROOT = r"tests?|specs?|__tests__|testing|qa|e2e|cypress|src"
_WORDS = (
    ("e2e", r"e2e|end-?to-?end|acceptance|playwright|cypress"),
    ("integration", r"integration|integ|int|it|functional"),
    ("contract", r"contracts?|pacts?|cdc"),
    ("smoke", r"smoke|sanity"),
    ("performance", r"perf|performance|load|stress|soak|benchmarks?|bench"),
)
# Folders that mean a kind by the convention of one language only (RSpec Rails, Laravel).
_OWN_WORDS = {
    ("ruby", "features"): "e2e",
    ("ruby", "system"): "e2e",
    ("ruby", "requests"): "integration",
    ("php", "browser"): "e2e",
    ("php", "feature"): "integration",
}
_STRICT = (
    ("e2e", r"e2e|end[-_]?to[-_]?end|acceptance"),
    ("integration", r"integration|integ|inttest|functional"),
    ("contract", r"contract|pact"),
    ("smoke", r"smoke|sanity"),
    ("performance", r"perf|performance|load|stress|soak"),
)
_CONTENT: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("e2e", re.compile(rb"@playwright/test|from ['\"]cypress['\"]|cy\.visit\(|puppeteer|from selenium|capybara/rspec")),
    ("e2e", re.compile(rb"org\.openqa\.selenium")),
    ("e2e", re.compile(rb"//go:build[^\n]*\b(e2e|acceptance)\b|pytest\.mark\.(e2e|acceptance)")),
    ("e2e", re.compile(rb"type: :(system|feature)\b|@Tag\(\"e2e\"\)")),
    ("integration", re.compile(rb"//go:build[^\n]*\bintegration|pytest\.mark\.integration|testcontainers")),
    ("integration", re.compile(rb"@Tag\(\"integration\"\)|@SpringBootTest")),
    ("contract", re.compile(rb"@pact-foundation|au\.com\.dius\.pact|pact-python|from pact import|schemathesis")),
    ("performance", re.compile(rb"from ['\"]k6(/http)?['\"]|from locust import|io\.gatling")),
    ("smoke", re.compile(rb"//go:build[^\n]*\bsmoke|pytest\.mark\.smoke|@Tag\(\"smoke\"\)")),
)  # fmt: skip
_candidates: WeakKeyDictionary[Tree, tuple[str, ...]] = WeakKeyDictionary()
_RUST = re.compile(rb"#\[(?:[a-z_]+::)?test\b|#\[rstest\b|#\[wasm_bindgen_test\b|proptest!")


# What a test says of itself, for names that other code bears as well: outside of folders of tests, and scripts in them.
_SAYS = {
    "python": rb"^\s*(?:async\s+)?def test|\bTestCase\b|^\s*>>> ",
    "javascript": rb"\b(describe|it|test|suite|specify|fixture|QUnit\.\w+|Deno\.test)(\.\w+)*\s*[(`]"
    rb"|\bassert\b|\bexpect\s*\(",
    "ruby": rb"Minitest|Test::Unit|TestCase|\bdescribe\b|^\s*test\s|def test_",
    "php": rb"TestCase|function test|@test|#\[Test|\b(it|test|describe)\(|Cest\b",
    "csharp": rb"\[\s*(Fact|Theory|Test|TestCase|TestMethod|TestFixture|TestClass|Scenario)\b|NUnit|Xunit",
    "swift": rb"XCTest|@Test|import Testing|QuickSpec",
    "cpp": rb"\b(TEST(_F|_P|_CASE)?|SCENARIO|BOOST_\w*TEST\w*|CU_\w+"
    rb"|EXPECT_\w+|ASSERT_\w+|CHECK|REQUIRE|assert|munit\w*|START_TEST)\s*\(",
}
_SAYING = {language: re.compile(pattern, re.MULTILINE) for language, pattern in _SAYS.items()}
_PLAINLY = re.compile(rf".*\.(test|tests|spec|e2e-spec|cy|e2e){_SCRIPT}")
_OUTRIGHT = re.compile(rf".*[._-](test|tests|spec|e2e-spec|cy|e2e){_SCRIPT}")


@dataclass(frozen=True, slots=True)
class TestFile:
    """A test file: the language whose conventions it follows, its kind, and whether a build tag guards it."""

    __test__ = False

    path: str
    language: str
    kind: str
    guarded: bool = False


def tests(tree: Tree, files: Iterable[str], root: str) -> Iterator[TestFile]:
    """The test files among these files of one component, whose folder is `root` (with its closing slash)."""
    reads = 0
    for path in files:
        language = _language(path, root)
        if language is None:
            continue
        content = b""
        if reads < MAX_READ:
            reads += 1
            content = _start(tree, path)
        if language == "rust" and not path.removeprefix(root).startswith("tests/") and not _RUST.search(content):
            continue
        if content and not _is_test(path.removeprefix(root), language, content):
            continue
        guarded = language == "go" and b"//go:build" in content
        yield TestFile(path, language, _kind(path.removeprefix(root), language, content), guarded)


def candidates(tree: Tree) -> tuple[str, ...]:
    """The files of the whole tree that may be tests by their names, told once for all components."""
    if tree not in _candidates:
        _candidates[tree] = tuple(path for path in tree.files if _language(path, "") is not None)
    return _candidates[tree]


def _is_test(path: str, language: str, content: bytes) -> bool:
    """Whether a file with the name of a test is one: told by its content where the name alone may mislead."""
    head, _, name = path.rpartition("/")
    pattern = _SAYING.get(language)
    if pattern is None or (language == "javascript" and _OUTRIGHT.fullmatch(name)):
        return True
    inside = language != "javascript" and re.search(r"(^|/|[.\w])(tests?|specs?)\b", head, re.IGNORECASE)
    return bool(inside) or pattern.search(content) is not None


def suspected(files: Iterable[str], root: str) -> str | None:
    """A source file in a folder of tests that was not told to be a test, as tests of one's own making are not."""
    inside = re.compile(r"(^|/)(__tests__|tests?|specs?|t)/")
    return next((path for path in files if inside.search(path.removeprefix(root)) and language_of(path)), None)


def _start(tree: Tree, path: str) -> bytes:
    try:
        return tree.bytes(path, 2**20)
    except UserError:
        return b""


def _language(path: str, root: str) -> str | None:
    """The family of languages by whose conventions this path is a test (any Rust source may hold some)."""
    head, _, name = path.rpartition("/")
    language = _named(path, root, head, name)
    return None if language is None or _is_aside(head.removeprefix(root.rstrip("/")), head) else language


def _named(path: str, root: str, head: str, name: str) -> str | None:
    if name.endswith(".jmx") or name == "locustfile.py":
        return "load"
    if name.endswith(".feature"):
        return "cucumber"
    language = family(language_of(path) or "")
    if language == "rust":
        return "rust"
    pattern = _PATTERNS.get("shell" if name.endswith(".bats") else language)
    if pattern and pattern.fullmatch(name):
        # A class called OrderTest outside of a test source set is no test to Maven or Gradle.
        outside = language == "java" and not re.search(r"(?:^|/)(test|tests|\w*Tests?|it|androidTest)/", head)
        return None if outside or (language == "javascript" and _script(head, name)) else language
    below = path.removeprefix(root)
    if language == "javascript" and _FOLDERS.search(below) and _IN_FOLDERS.fullmatch(name):
        return None if _script(head, name) else "javascript"
    return None


def _script(head: str, name: str) -> bool:
    """Whether a file lies among scripts or what tests share, and its name does not say outright that it is a test."""
    return re.search(r"(^|/)(scripts?|helpers?|support|utils?)$", head) is not None and not _PLAINLY.fullmatch(name)


@lru_cache(maxsize=2**16)
def _is_aside(below: str, head: str) -> bool:
    """Whether a folder, given below the component and from the root, holds samples or what others wrote."""
    return bool(VENDORED.intersection(head.lower().split("/")) or _ASIDE.search(_above_source(below)))


def _above_source(head: str) -> str:
    """The folders above `src/`: below it, folders are packages, which may be called anything (org/acme/samples)."""
    return "/" + re.split(r"(?:^|/)src/(?:main|\w*[tT]est)/", head + "/")[0] + "/"


def _kind(path: str, language: str, content: bytes) -> str:
    if language in ("load", "cucumber"):
        return "performance" if language == "load" else "e2e"
    for kind, pattern in _CONTENT:
        if pattern.search(content):
            return kind
    head, _, name = path.rpartition("/")
    return (
        _by_folder(head, language)
        or _by_name(name, language)
        or ("integration" if _rust_outside(path, language) else "unit")
    )


def _rust_outside(path: str, language: str) -> bool:
    return language == "rust" and re.search(r"(?:^|/)tests/", path) is not None


def _by_folder(head: str, language: str) -> str | None:
    """The kind that a folder names, below a folder of tests or with the word test in it."""
    inside = False
    if language == "java":
        # Below the source set come packages, named for what the code is about.
        head = re.split(r"/(?:java|kotlin|groovy|scala)(?:/|$)", head)[0]
    for part in head.split("/"):
        own = _OWN_WORDS.get((language, part.lower()))
        if inside and own:
            return own
        spaced = re.sub(r"([a-z])([A-Z])", r"\1-\2", part).lower()
        for kind, words in _WORDS if inside else _STRICT:
            joined = rf"(?:{words})(?:[-_.]?(?:tests?|specs?|testing))?|(?:tests?|specs?)[-_.](?:{words})"
            if re.fullmatch(joined, spaced) and (inside or re.search(r"test|spec|e2e|cypress|acceptance", spaced)):
                return kind
        inside = inside or (re.fullmatch(_ROOT, part.lower()) is not None and part.lower() != "src")
        if part in ("cypress", "playwright"):
            return "e2e"
        if part in ("androidTest", "it") and "src/" in head + "/":
            return "integration"
    return None


def _by_name(name: str, language: str) -> str | None:
    stem = name.partition(".")[0] if language != "javascript" else name.rpartition(".")[0]
    if language == "java" and re.search(r"^IT[A-Z]|IT$|ITCase$", stem):
        return "integration"
    if re.search(r"\.(cy|e2e|e2e-spec)$", stem):
        return "e2e"
    spaced = re.sub(r"([a-z])([A-Z])", r"\1_\2", stem).lower()
    for kind, words in _STRICT:
        if re.search(rf"(?:^|[._-])(?:{words})[._-](?:tests?|spec)s?$|^tests?[._-](?:{words})(?:[._-]|$)", spaced):
            return kind
    return "e2e" if re.search(r"ui_tests?$", spaced) and language == "swift" else None
