"""Which languages a linter looks at, by its program or packaged step."""

from __future__ import annotations

_TABLE = """
* = pre-commit prek overcommit megalinter trunk super-linter qlty sonar-scanner lint-staged
python = ruff flake8 pylint mypy pyright basedpyright black isort pycodestyle pydocstyle pyflakes yapf autopep8 pytype
python = pyre ty pylama zuban psf/black astral-sh/ruff-action chartboost/ruff-action py-actions/flake8 hatch
javascript = eslint oxlint biome prettier tslint standard xo tsc vue-tsc svelte-check jshint dprint rome ng next astro
javascript = deno flow semistandard vp biomejs/setup-biome
go = golangci-lint go gofmt gofumpt goimports golint revive staticcheck errcheck gci nilaway
go = golangci/golangci-lint-action dominikh/staticcheck-action
rust = cargo rustfmt clippy-driver actions-rs/clippy-check actions-rust-lang/rustfmt
ruby = rubocop standardrb reek steep srb solargraph fasterer
php = phpstan psalm phpcs php-cs-fixer phpmd pint rector parallel-lint deptrac phan ecs tlint
java = mvn gradle checkstyle google-java-format pmd spotbugs errorprone ktlint detekt sbt scalafmt scalafix
csharp = dotnet csharpier jb roslynator fantomas
swift = swiftlint swiftformat swift periphery
dart = flutter dart dcm
elixir = mix
cpp = clang-format clang-tidy cppcheck cpplint iwyu git-clang-format run-clang-tidy
shell = shellcheck shfmt bashate ludeeus/action-shellcheck
terraform = terraform tofu tflint terragrunt terraform-linters/setup-tflint
haskell = hlint ormolu fourmolu stylish-haskell stan
"""
_EVERY = ("super-linter/", "github/super-linter", "oxsecurity/megalinter", "sonarsource/", "azure:sonar")
_LANGUAGES: dict[str, str] = {
    program: language
    for line in _TABLE.strip().splitlines()
    for language, _, programs in (line.partition(" = "),)
    for program in programs.split()
}
OUTSIDE = (
    ".pre-commit-config.yaml", ".codeclimate.yml", ".codacy.yml", ".codacy.yaml", ".deepsource.toml",
    "sonar-project.properties", ".sonarcloud.properties", ".hound.yml", ".restyled.yaml", ".styleci.yml",
    ".scrutinizer.yml", "codefactor.yml", ".coderabbit.yaml", ".trunk/trunk.yaml", "codelinter.yml", "lefthook.yml",
)  # fmt: skip
"""Files that services which lint outside of pipelines read: where one lies, nothing is denied."""


def is_general(program: str) -> bool:
    """Whether it looks at the whole tree, whatever its languages."""
    name = program.lower()
    return "pre-commit" in name or name.startswith(_EVERY) or _LANGUAGES.get(name) == "*"


def looks_at(program: str, language: str | None) -> bool:
    """Whether a linter is known to look at a language; at none in particular (None) the general ones look."""
    name = program.partition("@")[0].lower()
    known = "*" if is_general(program) else _LANGUAGES.get(name)
    return known is not None and (known == "*" or language is None or known == language)
