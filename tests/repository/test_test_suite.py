"""Which tests a component has, and whether CI runs them."""

from __future__ import annotations

import pytest

from greenboard.facts import vocabulary
from greenboard.repository.readers.test_suite import READER
from greenboard.repository.types import Found, Missed

VOCABULARY = vocabulary.load()
NONE = {"unit": {"kind": "unit", "files": 0, "in_ci": False, "on_change": False}}


@pytest.fixture
def look(repo, scope):
    def read(files, path="", languages=("go",), ci=None):
        if ci is not None:
            steps = "".join(f"      - run: {step}\n" for step in ci)
            files = {**files, ".github/workflows/ci.yml": f"on: push\njobs:\n  build:\n    steps:\n{steps}"}
        said = list(READER.read(scope(repo(files), path, languages=languages)))
        found = [each for each in said if isinstance(each, Found)]
        for each in found:
            VOCABULARY.normalise(each.type, each.value)
        kinds = {item["kind"]: item for item in found[0].value} if found else {}
        return kinds, [each for each in said if isinstance(each, Missed)]

    return read


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("cart/cart_test.go", "package cart", "unit"),
        ("cart/cart_test.go", "//go:build integration\n\npackage cart", "integration"),
        ("cart/cart_integration_test.go", "", "integration"),
        ("integration/slack_test.go", "", "unit"),
        ("tests/test_cart.py", "", "unit"),
        ("tests/integration/test_cart.py", "", "integration"),
        ("tests/test_cart.py", "import pytest\npytestmark = pytest.mark.e2e\n", "e2e"),
        ("tests/test_integrations_slack.py", "", "unit"),
        ("tests/smoke/test_up.py", "", "smoke"),
        ("src/cart.test.ts", "", "unit"),
        ("src/__tests__/cart.js", "it('adds', () => {})", "unit"),
        ("test/cart.js", "describe('cart', () => {})", "unit"),
        ("cypress/e2e/buy.cy.ts", "", "e2e"),
        ("e2e/buy.spec.ts", "import { test } from '@playwright/test'", "e2e"),
        ("src/cart.integration.test.ts", "", "integration"),
        ("src/test/java/shop/CartTest.java", "", "unit"),
        ("src/test/java/shop/CartIT.java", "", "integration"),
        ("src/integrationTest/kotlin/shop/CartTest.kt", "", "integration"),
        ("src/test/java/shop/CartContractTest.java", "import au.com.dius.pact.consumer;", "contract"),
        ("src/lib.rs", "#[cfg(test)]\nmod tests {\n #[test]\n fn a() {}\n}\n", "unit"),
        ("tests/api.rs", "#[test]\nfn a() {}", "integration"),
        ("spec/models/cart_spec.rb", "", "unit"),
        ("spec/system/buy_spec.rb", "", "e2e"),
        ("test/cart_test.rb", "", "unit"),
        ("tests/Unit/CartTest.php", "", "unit"),
        ("tests/Integration/CartTest.php", "", "integration"),
        ("tests/Feature/CartTest.php", "", "integration"),
        ("tests/Browser/CartTest.php", "", "e2e"),
        ("tests/api/test_cart.py", "", "unit"),
        ("src/test/java/org/acme/samples/CartTests.java", "", "unit"),
        ("spec/requests/cart_spec.rb", "", "integration"),
        ("src/test/java/shop/system/CrashTests.java", "", "unit"),
        ("Shop.Tests/CartTests.cs", "", "unit"),
        ("Tests/ShopTests/CartTests.swift", "", "unit"),
        ("test/cart_test.exs", "", "unit"),
        ("test/cart_test.dart", "", "unit"),
        ("test/cart_test.cc", "", "unit"),
        ("load/buy.test.js", "import http from 'k6/http'", "performance"),
        ("perf/locustfile.py", "", "performance"),
        ("features/buy.feature", "", "e2e"),
    ],
)
def test_the_kind_is_told_by_convention(look, path, content, kind):
    kinds, _ = look({path: content})
    assert {name: item["files"] for name, item in kinds.items() if item.get("files")} == {kind: 1}


@pytest.mark.parametrize(
    "path", ["src/main.rs", "cart/cart.go", "examples/a_test.go", "vendor/x/y_test.go", "src/java/CartTest.java"]
)
def test_other_files_are_no_tests(look, path):
    kinds, _ = look({path: ""})
    assert kinds == NONE


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("src/shop/test_files.py", "class TestFile:\n    path: str\n"),
        ("src/shop/readers/test_suite.py", "READER = Reader('test_suite')\n"),
        ("src/LoadTest.php", "<?php class LoadTest {}"),
        ("Shop/HealthTest.cs", "class HealthTest {}"),
        ("scripts/generate-tests.js", "describe('x')"),
        ("guides/bug_test.rb", "class BugTest < Minitest::Test; end"),
    ],
)
def test_a_name_like_that_of_a_test_makes_no_test(look, path, content):
    kinds, _ = look({path: content}, languages=("python",))
    assert kinds == NONE


def test_what_lies_in_a_folder_of_tests_and_is_none_for_all_we_know_leaves_it_open(look):
    kinds, missed = look({"src/a.js": "", "test/index.js": "runner(import.meta.url)"}, languages=("javascript",))
    assert kinds == {}
    assert missed[0].location == "test/index.js:1"


def test_a_component_without_tests_that_a_tested_one_uses_is_left_open(look):
    files = {
        "jar/build.gradle": "", "jar/src/main/java/Jar.java": "",
        "core/build.gradle": "testImplementation(project(':jar'))", "core/src/test/java/CoreTest.java": "",
        "bom/build.gradle.kts": "",
    }  # fmt: skip
    kinds, missed = look(files, "jar", languages=("java",))
    assert kinds == {}
    assert missed[0].location == "core/build.gradle:1"
    assert look(files, "bom", languages=("kotlin",)) == ({}, [])


def test_tests_of_another_kind_do_not_hide_that_there_are_no_unit_tests(look):
    kinds, _ = look({"main.py": "", "locustfile.py": ""}, languages=("python",))
    assert kinds["unit"]["files"] == 0
    other, _ = look({"main.f90": "", "perf/locustfile.py": ""}, languages=("fortran",))
    assert "files" not in other["unit"]


def test_no_test_in_a_language_that_is_known_is_none_for_sure(look):
    assert look({"main.go": ""})[0] == NONE


def test_no_test_in_another_language_says_nothing(look):
    assert look({"main.f90": ""}, languages=("fortran",)) == ({}, [])


def test_tests_elsewhere_that_may_be_its_own_leave_it_unknown(look):
    kinds, missed = look({"services/cart/main.go": "", "tests/cart/cart_test.go": ""}, "services/cart")
    assert kinds == {}
    assert missed[0].location == "tests/cart/cart_test.go:1"


GO = {"go.mod": "", "cart/cart_test.go": ""}


@pytest.mark.parametrize(
    ("ci", "answer"),
    [
        (["go test ./..."], True),
        (["go test ./cart/..."], True),
        (["go test ./other/..."], False),
        (["cd cart && go test"], True),
        (["go test"], None),
        (["go test $PACKAGES"], None),
        (["go vet ./..."], False),
        (["pytest"], False),
        (["make all"], None),
        (["go test -run TestOne ./..."], None),
        (["cd $FOLDER && go test ./..."], None),
        (["for d in cart order; do\n          cd $d; go test; cd ..\n          done"], True),
    ],
)
def test_ci_runs_unit_tests_when_a_run_reaches_them(look, ci, answer):
    steps = [f"|\n          {step}" if "\n" in step else step for step in ci]
    kinds, _ = look(GO, ci=steps)
    assert kinds["unit"].get("in_ci") is answer


def test_without_ci_nothing_is_said_about_it(look):
    assert "in_ci" not in look(GO)[0]["unit"]


@pytest.mark.parametrize(
    ("ci", "answer"),
    [
        (["go test ./..."], False),
        (["go test -tags=integration ./..."], True),
        (["go test -short ./...", "go test -tags integration ./cart/..."], True),
    ],
)
def test_tests_behind_a_build_tag_need_the_tag(look, ci, answer):
    files = {"cart/cart_test.go": "", "cart/db_test.go": "//go:build integration\npackage cart"}
    kinds, _ = look(files, ci=ci)
    assert kinds["integration"].get("in_ci") is answer


@pytest.mark.parametrize(
    ("ci", "unit", "integration"),
    [
        (["pytest"], True, True),
        (["pytest tests/unit"], True, False),
        (["pytest --ignore=tests/integration"], True, False),
        (['pytest -m "not integration"'], True, False),
        (["pytest tests/unit tests/integration"], True, True),
    ],
)
def test_pytest_takes_what_it_is_pointed_at(look, ci, unit, integration):
    files = {"tests/unit/test_a.py": "", "tests/integration/test_b.py": ""}
    kinds, _ = look(files, languages=("python",), ci=ci)
    assert (kinds["unit"].get("in_ci"), kinds["integration"].get("in_ci")) == (unit, integration)


def test_a_browser_run_covers_end_to_end_tests(look):
    files = {"e2e/a.spec.ts": "import '@playwright/test'", "package.json": '{"scripts": {"e2e": "playwright test"}}'}
    kinds, _ = look(files, languages=("typescript",), ci=["npm run e2e"])
    assert kinds["e2e"]["in_ci"] is True


def test_a_run_in_another_component_is_not_its_own(look):
    files = {"services/cart/a_test.go": "", "services/order/b_test.go": ""}
    kinds, _ = look(files, "services/order", ci=["cd services/cart && go test ./..."])
    assert kinds["unit"]["in_ci"] is False


def test_only_the_neighbours_tests_run_on_changes(look):
    text = "on: {}\njobs:\n  t:\n    steps:\n      - run: cd services/{} && go test ./...\n"
    files = {
        "services/cart/a_test.go": "",
        "services/order/b_test.go": "",
        ".github/workflows/a.yml": text.format("pull_request", "cart"),
        ".github/workflows/b.yml": text.format("{schedule: [{cron: '0 0 * * *'}]}", "order"),
        ".github/workflows/c.yml": text.format("workflow_dispatch", "stock"),
        "services/stock/c_test.go": "",
    }
    own = {name: look(files, f"services/{name}")[0]["unit"] for name in ("cart", "order", "stock")}
    assert {name: (item["in_ci"], item["on_change"]) for name, item in own.items()} == {
        "cart": (True, True),
        "order": (True, False),
        "stock": (False, False),
    }


@pytest.mark.parametrize(
    ("paths", "answer"),
    [
        ("[cart/**]", True),
        ("['**']", True),
        ("[order/**]", False),
        ("['**.go']", None),
        ("[cart/**, '!cart/docs/**']", None),
        ("[cart/**, '!order/**']", True),
    ],
)
def test_a_filter_by_path_must_let_the_components_own_changes_through(look, paths, answer):
    text = f"on: {{pull_request: {{paths: {paths}}}}}\njobs:\n  t:\n    steps:\n      - run: go test ./...\n"
    files = {"cart/a_test.go": "", ".github/workflows/a.yml": text}
    assert look(files, "cart")[0]["unit"].get("on_change") is answer


@pytest.mark.parametrize(
    ("run", "files", "language", "answer"),
    [
        ("go test ./...", {"go.mod": "", "cart/go.mod": "", "cart/a_test.go": ""}, "go", False),
        ("cargo test", {"Cargo.toml": "[package]\n[workspace]\nmembers=['cart']"}, "rust", None),
        ("cargo test --workspace", {"Cargo.toml": "[package]\n[workspace]\nmembers=['cart']"}, "rust", True),
        ("cargo test", {"Cargo.toml": "[workspace]\nmembers=['cart']"}, "rust", True),
        ("cargo test --all", {"Cargo.toml": "[workspace]\nexclude=['cart']"}, "rust", False),
        ("mvn verify", {"pom.xml": "<module>cart</module>"}, "java", True),
        ("mvn verify", {"pom.xml": "<module>order</module>"}, "java", None),
        ("npx jest", {"package.json": "{}"}, "javascript", True),
        ("npx jest", {"jest.config.js": "roots: ['order']"}, "javascript", None),
        ("npx mocha", {"package.json": "{}"}, "javascript", None),
        ("./gradlew :order:test", {"settings.gradle": "include ':cart'"}, "java", False),
        ("./gradlew test", {"settings.gradle": "include ':cart'"}, "java", True),
    ],
)
def test_a_run_above_a_component_counts_only_when_it_goes_down_to_it(look, run, files, language, answer):
    tests = {
        "cart/Cargo.toml": "",
        "cart/src/lib.rs": "#[test]\nfn a() {}",
        "cart/src/test/java/ATest.java": "",
        "cart/a.test.js": "",
    }
    chosen = {"rust": ".rs", "java": ".java", "javascript": ".js", "go": ".go"}[language]
    only = {path: text for path, text in {**tests, **files}.items() if "." + path.rpartition(".")[2] == chosen}
    kinds, _ = look({**only, **files, "cart/Cargo.toml": ""}, "cart", languages=(language,), ci=[run])
    assert kinds["unit"].get("on_change") is answer
