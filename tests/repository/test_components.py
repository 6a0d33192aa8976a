"""What counts as a component, and what kind it is."""

from greenboard.repository.components import components
from greenboard.repository.tree import Tree


def found(tree):
    return {component.path: component.kind for component in components(tree)}


def test_a_repository_with_one_manifest_is_one_component_at_its_root(repo):
    (only,) = components(repo({"go.mod": "module shop\n", "main.go": "package main\n", "Dockerfile": "FROM scratch\n"}))
    assert (only.name, only.path, only.kind, only.languages) == ("shop", "", "service", ("go",))


def test_a_repository_with_its_only_manifest_in_a_folder_is_still_one_component(repo):
    assert list(found(repo({"app/package.json": "{}", "app/index.js": "", "README.md": ""}))) == [""]


def test_an_empty_repository_without_commits_has_one_component(repo):
    assert list(found(repo({}, commit=False))) == [""]


def test_folders_with_manifest_or_container_file_are_components(repo):
    tree = repo(
        {
            "src/cart/src/cart.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"/>',
            "src/cart/src/Dockerfile": "FROM x",
            "src/cart/src/Program.cs": "",
            "src/cart/tests/cart.tests.csproj": "<Project/>",
            "src/mail/Dockerfile": "FROM x",
            "src/mail/mail.py": "",
            "src/mail/requirements.txt": "flask",
            "docs/package.json": "{}",
            "examples/one/go.mod": "",
            "vendor/x/go.mod": "",
            "kubernetes/cart.yaml": "kind: Deployment",
        }
    )
    assert found(tree) == {"src/cart": "service", "src/mail": "service"}


def test_members_of_npm_pnpm_and_lerna_workspaces_are_components(repo):
    member = '{"name": "a", "main": "index.js"}'
    npm = repo(
        {"package.json": '{"private": true, "workspaces": ["packages/*"]}'}
        | {f"packages/{name}/package.json": member for name in ("a", "b")}
        | {f"packages/{name}/index.js": "" for name in ("a", "b")}
    )
    assert found(npm) == {"packages/a": "library", "packages/b": "library"}
    pnpm = repo(
        {
            "package.json": "{}",
            "pnpm-workspace.yaml": "packages: ['apps/**']",
            "apps/x/y/package.json": member,
            "apps/z/package.json": member,
        }
    )
    assert set(found(pnpm)) == {"apps/x/y", "apps/z"}


def test_members_of_cargo_uv_and_go_workspaces_are_components(repo):
    cargo = repo(
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n[package]\nname="a"\nlicense="MIT"\n',
            "src/main.rs": "",
            "crates/b/Cargo.toml": "[package]\nname='b'",
            "crates/b/src/lib.rs": "",
        }
    )
    assert found(cargo) == {"": "library", "crates/b": "library"}
    uv = repo(
        {
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["libs/*"]\n',
            "libs/a/pyproject.toml": "[project]\nname='a'\n[build-system]\n",
            "libs/a/a.py": "",
            "libs/b/pyproject.toml": "[project]\nname='b'",
            "libs/b/b.py": "",
        }
    )
    assert found(uv) == {"libs/a": "library", "libs/b": "service"}
    go = repo(
        {
            "go.work": "go 1.22\nuse (\n  ./api // the api\n  ./jobs\n)\n",
            "api/go.mod": "module api",
            "api/api.go": "package api",
            "jobs/go.mod": "module jobs",
            "jobs/main.go": "package main",
        }
    )
    assert found(go) == {"api": "library", "jobs": "service"}


def test_modules_of_maven_and_gradle_builds_are_components(repo):
    maven = repo(
        {
            "pom.xml": "<project><modules><module>core</module><module>web</module></modules></project>",
            "core/pom.xml": "<project/>",
            "core/src/A.java": "",
            "web/pom.xml": "<project><build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>",
            "web/src/B.java": "",
        }
    )
    assert found(maven) == {"core": "library", "web": "service"}
    gradle = repo(
        {
            "settings.gradle.kts": 'include("core", "apps:web")',
            "core/build.gradle.kts": "",
            "core/A.kt": "",
            "apps/web/build.gradle": "plugins { id 'application' }",
            "apps/web/B.kt": "",
        }
    )
    assert found(gradle) == {"core": "library", "apps/web": "service"}


def test_each_chart_of_a_chart_repository_is_a_resource(repo):
    tree = repo(
        {
            "charts/a/Chart.yaml": "name: a",
            "charts/a/charts/sub/Chart.yaml": "name: sub",
            "charts/b/Chart.yaml": "name: b",
        }
    )
    assert found(tree) == {"charts/a": "resource", "charts/b": "resource"}


def test_terraform_modules_side_by_side_are_components_but_stages_are_not(repo):
    modules = repo({"modules/vpc/main.tf": "", "modules/dns/main.tf": "", "examples/all/main.tf": ""})
    assert found(modules) == {"modules/vpc": "resource", "modules/dns": "resource"}
    assert found(repo({"prod/main.tf": "", "staging/main.tf": ""})) == {"": "resource"}
    assert found(repo({"main.tf": "", "modules/dns/main.tf": "", "mkdocs.yml": ""})) == {"": "resource"}


def test_a_package_inside_of_another_is_part_of_it_unless_it_is_shipped_on_its_own(repo):
    tree = repo(
        {
            "go.mod": "module x",
            "main.go": "package main",
            "Dockerfile": "FROM x",
            "ui/package.json": "{}",
            "ui/a.ts": "",
            "agent/go.mod": "module y",
            "agent/main.go": "",
            "agent/Dockerfile": "FROM x",
        }
    )
    assert set(found(tree)) == {"", "agent"}


def test_components_of_the_same_name_are_told_apart_by_their_path(repo):
    tree = repo(
        {"a/core/go.mod": "", "a/core/x.go": "", "b/core/go.mod": "", "b/core/x.go": "", "c/go.mod": "", "c/x.go": ""}
    )
    assert sorted(component.name for component in components(tree)) == ["a-core", "b-core", "c"]


def test_languages_go_by_number_of_files_without_vendored_and_generated_ones(repo):
    files = {"go.mod": "", "a.go": "", "b.py": "", "c.py": "", "d_pb2.py": "", "x.pb.go": "", "y.pb.go": ""}
    (only,) = components(repo(files | {f"vendor/{n}.rb": "" for n in range(9)}))
    assert only.languages == ("python", "go")


def test_the_name_of_the_root_is_that_of_the_origin_where_it_has_a_host(repo, git):
    tree = repo({"a.py": ""})
    git(tree.root, "remote", "add", "origin", "git@git.example.org:teams/Checkout.git")
    assert components(tree)[0].name == "checkout"
    git(tree.root, "remote", "set-url", "origin", "/somewhere/else.git")
    assert components(Tree.open(tree.root))[0].name == "shop"


def test_a_broken_workspace_file_is_told_and_not_fatal(repo):
    from greenboard.repository.components import survey

    surveyed = survey(repo({"pnpm-workspace.yaml": "packages: [a", "package.json": "{}", "index.js": ""}))
    assert [str(problem.place) for problem in surveyed.problems] == ["pnpm-workspace.yaml:2:1"]
    assert len(surveyed.parts) == 1
