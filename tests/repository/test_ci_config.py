"""What pipelines say of themselves, on real repositories."""

from __future__ import annotations

import pytest

from greenboard.facts import vocabulary
from greenboard.repository.readers.ci_config import READER
from greenboard.repository.types import Found, Missed

SHA = "a" * 40
VOCABULARY = vocabulary.load()


@pytest.fixture
def look(repo, scope):
    """Read the pipelines of a repository made of these files."""

    def read(files):
        said = list(READER.read(scope(repo(files))))
        found = [each for each in said if isinstance(each, Found)]
        for each in found:
            VOCABULARY.normalise(each.type, each.value)
        return (found[0] if found else None), [each for each in said if isinstance(each, Missed)]

    return read


def workflow(steps, on="[push, pull_request]", top=""):
    listed = "".join(f"      - {step}\n" for step in steps)
    return f"on: {on}\n{top}jobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n{listed}"


def test_a_repository_without_pipelines_says_nothing(look):
    assert look({"README.md": "hello"}) == (None, [])


def test_a_workflow_that_tests_lints_scans_and_deploys_says_so_with_lines(look):
    steps = ["run: pytest", "run: ruff check .", "uses: aquasecurity/trivy-action@v1", "run: docker push shop"]
    found, missed = look({".github/workflows/ci.yml": workflow(steps)})
    assert not missed
    assert found.value["systems"] == ["github-actions"]
    assert [found.value[key] for key in ("runs_tests", "lints", "scans", "deploys")] == [True] * 4
    assert found.value["scanners"] == ["trivy"]
    assert found.places["runs_tests"] == ".github/workflows/ci.yml:6"
    assert found.places["lints"] == ".github/workflows/ci.yml:7"
    assert found.value["on_change"] is True


def test_what_is_plainly_not_there_is_denied(look):
    found, missed = look({".github/workflows/ci.yml": workflow(["uses: actions/checkout@v4", "run: echo hello"])})
    assert not missed
    assert [found.value[key] for key in ("runs_tests", "lints", "scans", "deploys")] == [False] * 4
    assert found.value["scanners"] == []


@pytest.mark.parametrize(
    "step", ["run: ./unknown-tool", "run: frobnicate --all", "uses: someone/something@v1", "run: make x"]
)
def test_what_cannot_be_judged_stays_unknown_with_a_reason(look, step):
    found, missed = look({".github/workflows/ci.yml": workflow([step])})
    assert "runs_tests" not in found.value
    assert "runs_tests" in missed[0].reason
    assert missed[0].location == ".github/workflows/ci.yml:6"


@pytest.mark.parametrize(
    ("step", "files"),
    [
        ("make check", {"Makefile": "PY = python -m\ncheck: lint\n\t$(PY) pytest tests\nlint:\n\truff check\n"}),
        ("npm test", {"package.json": '{"scripts": {"test": "npm run lint && vitest run", "lint": "eslint ."}}'}),
        ("tox", {"tox.ini": "[testenv]\ncommands =\n  pytest {posargs}\n[testenv:lint]\ncommands = flake8\n"}),
        ("nox", {"noxfile.py": "@nox.session\ndef t(session):\n    session.run('pytest')\n    session.run('mypy')\n"}),
        ("./scripts/ci.sh", {"scripts/ci.sh": "#!/bin/bash\nset -e\ncd app && go test ./...\ngolangci-lint run\n"}),
        ("just test", {"justfile": "test: lint\n    cargo test\n\nlint:\n    cargo clippy\n"}),
        (
            "task ci",
            {
                "Taskfile.yml": "tasks:\n  ci:\n    deps: [lint]\n    cmds: [go test ./...]\n  lint:\n    cmds: [go vet]\n"
            },
        ),
        ("composer ci", {"composer.json": '{"scripts": {"ci": ["@lint", "phpunit"], "lint": "phpstan analyse"}}'}),
        ("docker build .", {"Dockerfile": "FROM x\nRUN npm ci && \\\n  npx jest\nRUN npx eslint .\n"}),
    ],
)
def test_calls_into_the_tree_are_followed(look, step, files):
    found, _ = look({".github/workflows/ci.yml": workflow([f"run: {step}"]), **files})
    assert found.value["runs_tests"] is True
    assert found.value["lints"] is True


@pytest.mark.parametrize(
    "call",
    [
        "pytest --collect-only",
        "go test --help",
        "mvn package -DskipTests",
        "gradle build -x test",
        "cargo test --no-run",
        "test -f x",
    ],
)
def test_a_call_that_runs_no_test_is_no_run_of_tests(look, call):
    found, _ = look({".github/workflows/ci.yml": workflow([f"run: {call}"])})
    assert found.value.get("runs_tests") is not True


def test_a_deployment_to_a_cluster_of_the_job_is_no_deployment(look):
    steps = ["uses: helm/kind-action@v1", "run: kubectl apply -f k8s/"]
    found, _ = look({".github/workflows/ci.yml": workflow(steps)})
    assert found.value["deploys"] is False


def test_actions_count_as_pinned_only_with_a_full_commit(look):
    steps = [
        f"uses: actions/checkout@{SHA}",
        "uses: actions/cache@v4",
        "uses: ./.github/actions/own",
        "uses: docker://alpine:3",
    ]
    own = "runs:\n  using: composite\n  steps:\n    - run: pytest\n      shell: bash\n"
    found, _ = look({".github/workflows/ci.yml": workflow(steps), ".github/actions/own/action.yml": own})
    assert (found.value["actions"], found.value["actions_pinned"]) == (3, 1)
    assert found.places["actions_pinned"] == ".github/workflows/ci.yml:7"
    assert found.value["runs_tests"] is True


@pytest.mark.parametrize(
    ("top", "restricted"),
    [
        ("", False),
        ("permissions: write-all\n", False),
        ("permissions: read-all\n", True),
        ("permissions:\n  contents: read\n", True),
        ("permissions: {}\n", True),
    ],
)
def test_the_token_is_restricted_only_when_its_permissions_are_named(look, top, restricted):
    found, _ = look({".github/workflows/ci.yml": workflow(["run: pytest"], top=top)})
    assert found.value["token_restricted"] is restricted


def test_one_open_job_opens_the_token(look):
    text = "on: push\npermissions: read-all\njobs:\n  a:\n    permissions: write-all\n    steps: [{run: pytest}]\n"
    found, _ = look({".github/workflows/ci.yml": text})
    assert found.value["token_restricted"] is False
    assert found.places["token_restricted"] == ".github/workflows/ci.yml:5"


@pytest.mark.parametrize(
    ("on", "answer"),
    [
        ("pull_request", True),
        ("{pull_request: {branches: [main]}}", True),
        ("{pull_request: {paths: [src/**]}}", None),
        ("{pull_request: {types: [labeled]}}", None),
        ("{push: {branches: [main]}}", None),
        ("{push: {tags: ['v*']}}", False),
        ("{schedule: [{cron: '0 0 * * *'}]}", False),
        ("workflow_dispatch", False),
    ],
)
def test_a_pipeline_runs_on_every_change_only_without_filters(look, on, answer):
    found, _ = look({".github/workflows/ci.yml": workflow(["run: pytest"], on=on)})
    assert found.value.get("on_change") is answer


def test_a_broken_workflow_is_told_and_leaves_nothing_denied(look):
    files = {".github/workflows/a.yml": workflow(["run: echo"]), ".github/workflows/b.yml": "on: [push\njobs: {"}
    found, missed = look(files)
    assert "runs_tests" not in found.value
    assert "token_restricted" in found.value or "actions" not in found.value
    assert missed[0].location == ".github/workflows/b.yml"
    assert "b.yml:2:" in missed[0].reason


def test_gitlab_follows_includes_extends_and_references(look):
    files = {
        ".gitlab-ci.yml": "include:\n  - local: /ci/*.yml\n  - template: Security/SAST.gitlab-ci.yml\n"
        "default:\n  before_script: [pip install .]\n"
        "unit:\n  extends: .base\n  script:\n    - !reference [.lint, script]\n    - pytest tests\n",
        "ci/base.yml": ".base:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == 'merge_request_event'\n.lint:\n  script: [ruff check]\n",
    }
    found, _ = look(files)
    assert found.value["systems"] == ["gitlab-ci"]
    assert (found.value["runs_tests"], found.value["lints"], found.value["on_change"]) == (True, True, True)
    assert found.value["scanners"] == ["gitlab-sast"]


def test_a_hidden_gitlab_job_does_not_run(look):
    found, _ = look({".gitlab-ci.yml": ".later:\n  script: [pytest]\nnow:\n  script: [echo]\n"})
    assert found.value["runs_tests"] is False


def test_an_include_from_elsewhere_leaves_the_rest_unknown(look):
    found, missed = look(
        {".gitlab-ci.yml": "include:\n  - project: ops/ci\n    file: /all.yml\nx:\n  script: [echo]\n"}
    )
    assert "runs_tests" not in found.value
    assert "include of ops/ci" in missed[0].reason


@pytest.mark.parametrize(
    ("path", "text", "system"),
    [
        (
            ".circleci/config.yml",
            "jobs:\n  t:\n    steps:\n      - checkout\n      - run: go test ./...\nworkflows:\n  w:\n    jobs: [t]\n",
            "circleci",
        ),
        (
            "azure-pipelines.yml",
            "stages:\n- stage: a\n  jobs:\n  - job: t\n    steps:\n    - script: dotnet test\n",
            "azure-pipelines",
        ),
        (".buildkite/pipeline.yml", "steps:\n  - label: t\n    command: bundle exec rspec\n", "buildkite"),
        (".travis.yml", "language: go\nscript:\n  - go test ./...\n", "travis"),
        (".drone.yml", "kind: pipeline\nsteps:\n- name: t\n  image: golang\n  commands:\n  - go test\n", "drone"),
        (
            ".woodpecker/test.yml",
            "when:\n  event: pull_request\nsteps:\n  t:\n    image: rust\n    commands: [cargo test]\n",
            "woodpecker",
        ),
        (
            "bitbucket-pipelines.yml",
            "pipelines:\n  default:\n  - step:\n      script:\n      - npx jest\n",
            "bitbucket-pipelines",
        ),
        (
            "Jenkinsfile",
            "pipeline {\n stages { stage('Test') { steps {\n  sh '''\n   mvn -B verify\n  '''\n } } }\n}\n",
            "jenkins",
        ),
    ],
)
def test_every_system_is_read(look, path, text, system):
    found, _ = look({path: text})
    assert found.value["systems"] == [system]
    assert found.value["runs_tests"] is True
    assert found.places["runs_tests"].startswith(f"{path}:")


def test_groovy_is_never_taken_as_complete(look):
    found, missed = look({"Jenkinsfile": "node { sh 'echo hello' \n buildAndTest() }"})
    assert "runs_tests" not in found.value
    assert "Groovy" in missed[0].reason


def test_a_comment_in_a_jenkinsfile_runs_nothing(look):
    found, _ = look({"Jenkinsfile": "node {\n // sh 'pytest'\n /* sh 'pytest' */\n}"})
    assert "runs_tests" not in found.value


NIGHTLY = "{schedule: [{cron: '0 0 * * *'}]}"


def test_tests_by_night_are_no_tests_on_change(look):
    found, _ = look(
        {
            ".github/workflows/title.yml": workflow(["run: echo ok"], on="pull_request"),
            ".github/workflows/tests.yml": workflow(["run: pytest", "run: ruff check"], on=NIGHTLY),
            "a.py": "",
        }
    )
    assert (found.value["on_change"], found.value["runs_tests"], found.value["lints"]) == (True, True, True)
    assert (found.value["tests_on_change"], found.value["lints_on_change"]) == (False, False)
    assert found.places["tests_on_change"] == ".github/workflows/tests.yml:6"


@pytest.mark.parametrize(
    ("on", "answer"),
    [
        ("pull_request", True),
        ("{push: {branches: [main]}}", True),
        ("{push: {branches: ['release/**']}}", None),
        ("{push: {tags: ['v*']}}", False),
        ("{pull_request: {paths: [docs/**]}}", None),
        ("{pull_request: {paths-ignore: ['**.md']}}", True),
        ("{pull_request: {types: [labeled]}}", None),
        ("{workflow_run: {workflows: [CI]}}", None),
        ("workflow_dispatch", False),
        ("{pull_request: {paths: [x/**]}, push: {branches: [main]}}", True),
    ],
)
def test_what_starts_the_tests_decides(look, on, answer):
    found, _ = look({".github/workflows/ci.yml": workflow(["run: pytest"], on=on)})
    assert found.value.get("tests_on_change") is answer


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("github.event_name == 'pull_request'", True),
        ("github.event_name == 'schedule'", False),
        ("${{ github.repository == 'acme/shop' && github.event_name != 'schedule' }}", True),
        ("github.ref == 'refs/heads/main' || startsWith(github.ref, 'refs/tags/')", False),
        ("needs.changes.outputs.code == 'true'", None),
        ("contains(github.event.pull_request.labels.*.name, 'test')", None),
        ("failure()", False),
        ("always() && !cancelled()", True),
        ("matrix.os == 'linux'", True),
        ("matrix.os == 'solaris'", False),
        ("((", None),
    ],
)
def test_conditions_of_jobs_and_steps_are_judged(look, condition, answer):
    text = "on: [pull_request, schedule]\njobs:\n  t:\n    strategy: {matrix: {os: [linux, mac]}}\n    steps:\n"
    found, _ = look({".github/workflows/ci.yml": f'{text}      - run: pytest\n        if: "{condition}"\n'})
    assert found.value.get("tests_on_change") is answer


def test_a_job_that_needs_a_job_that_does_not_run_does_not_run(look):
    text = (
        "on: [pull_request, schedule]\njobs:\n  night:\n    if: github.event_name == 'schedule'\n    steps: [{run: echo}]\n"
        "  t:\n    needs: night\n    steps:\n      - run: pytest\n"
    )
    found, _ = look({".github/workflows/ci.yml": text})
    assert found.value["tests_on_change"] is False


@pytest.mark.parametrize(("on", "answer"), [("pull_request", True), (NIGHTLY, False)])
def test_a_called_workflow_runs_when_its_caller_does(look, on, answer):
    files = {
        ".github/workflows/a.yml": f"on: {on}\njobs:\n  call:\n    uses: ./.github/workflows/b.yml\n",
        ".github/workflows/b.yml": workflow(["run: pytest"], on="workflow_call"),
    }
    found, _ = look(files)
    assert found.value["tests_on_change"] is answer


@pytest.mark.parametrize(
    ("job", "answer"),
    [
        ("", True),
        ("  when: manual\n", False),
        ("  rules:\n    - if: $CI_PIPELINE_SOURCE == 'schedule'\n", False),
        ("  rules:\n    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n", True),
        ("  rules:\n    - if: $CI_PIPELINE_SOURCE == 'merge_request_event'\n      when: manual\n", False),
        ("  rules:\n    - changes: [src/**]\n", None),
        ("  only: [tags]\n", False),
        ("  only: [main]\n", True),
    ],
)
def test_gitlab_jobs_say_when_they_run(look, job, answer):
    found, _ = look({".gitlab-ci.yml": f"t:\n{job}  script: [pytest]\n"})
    assert found.value.get("tests_on_change") is answer


def test_a_circleci_job_that_no_workflow_names_does_not_run(look):
    text = "jobs:\n  t:\n    steps: [{run: pytest}]\n  n:\n    steps: [{run: echo}]\nworkflows:\n  w:\n    jobs: [n]\n"
    found, _ = look({".circleci/config.yml": text})
    assert found.value["runs_tests"] is False


def test_an_azure_pipeline_is_known_by_its_content(look):
    text = "trigger:\n  branches: {include: [main]}\nextends:\n  template: all.yml@templates\n"
    found, missed = look({"ci.yml": text, ".github/workflows/x.yml": workflow(["run: echo"])})
    assert found.value["systems"] == ["azure-pipelines", "github-actions"]
    assert "runs_tests" not in found.value
    assert missed[0].location.startswith("ci.yml:")
    compose, _ = look({"compose.yml": "services:\n  a: {image: x}\n", ".travis.yml": "script: [make]\n"})
    assert compose.value["systems"] == ["travis"]


@pytest.mark.parametrize(
    ("call", "file", "answer"),
    [
        ("mvn verify", {"pom.xml": "<project/>"}, None),
        ("mvn compile", {"pom.xml": "<project/>"}, None),
        (
            "./mvnw -B verify",
            {
                "pom.xml": "<plugin><artifactId>maven-checkstyle-plugin</artifactId><goal>check</goal></plugin>",
            },
            True,
        ),
        (
            "mvn verify",
            {
                "pom.xml": "<profiles><plugin><artifactId>maven-checkstyle-plugin</artifactId><goal>check</goal></plugin></profiles>"
            },
            None,
        ),
        ("gradle build", {"build.gradle": "plugins {\n  id 'checkstyle'\n}"}, True),
        ("gradle build", {"build.gradle": "plugins {\n  id 'checkstyle' apply false\n}"}, None),
        ("gradle test", {"build.gradle": "plugins {\n  id 'checkstyle'\n}"}, None),
        ("gradle build", {"build.gradle": "id 'checkstyle'", "settings.gradle": "include 'a'"}, None),
    ],
)
def test_a_build_of_maven_or_gradle_lints_by_its_plugins(look, call, file, answer):
    found, _ = look({".github/workflows/ci.yml": workflow([f"run: {call}"]), **file})
    assert found.value.get("lints") is answer
    assert "scans" not in found.value


@pytest.mark.parametrize(
    ("step", "deploys"),
    [
        ("aws s3 cp s3://bucket/model.bin model.bin", False),
        ("aws s3 cp --recursive dist s3://bucket", True),
        ("aws s3 sync s3://old s3://new", True),
        ("gsutil cp gs://bucket/x .", False),
        ("mkdocs gh-deploy", None),
    ],
)
def test_a_download_or_a_page_is_no_deployment(look, step, deploys):
    found, _ = look({".github/workflows/ci.yml": workflow([f"run: {step}"])})
    assert found.value.get("deploys") is deploys


def test_tests_of_alerting_rules_or_policies_say_nothing_of_the_code(look):
    found, _ = look({".github/workflows/ci.yml": workflow(["run: promtool test rules a.yml", "run: terraform test"])})
    assert found.value["runs_tests"] is True
    assert "tests_on_change" not in found.value


def test_a_linter_counts_for_the_language_and_the_folder_that_it_looks_at(look):
    parts = {
        "shop/package.json": '{"name": "shop"}', "shop/src/a.js": "", "shop/Dockerfile": "FROM x",
        "cart/go.mod": "module cart", "cart/main.go": "package main", "cart/Dockerfile": "FROM x",
    }  # fmt: skip
    both = ["run: npx eslint shop", "run: cd cart && golangci-lint run"]
    for steps, answer in ((both, True), (both[:1], None), (["run: pre-commit run -a"], True), (["run: pytest"], False)):
        found, _ = look({**parts, ".github/workflows/ci.yml": workflow(steps)})
        assert found.value["shared"] is True
        assert found.value.get("lints_on_change") is answer


def test_services_that_lint_outside_of_pipelines_leave_it_open(look):
    files = {".github/workflows/ci.yml": workflow(["run: pytest"]), "a.py": ""}
    assert look(files)[0].value["lints_on_change"] is False
    assert "lints_on_change" not in look({**files, ".pre-commit-config.yaml": "repos: []"})[0].value
