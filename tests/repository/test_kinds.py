"""What kind a component is, and which projects of a solution are components."""

import json

from greenboard.repository.components import components, survey


def found(tree):
    return {component.path: component.kind for component in components(tree)}


def project(sdk, *properties, packages=()):
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in properties)
    named = "".join(f'<PackageReference Include="{name}" Version="1.0.0" />' for name in packages)
    return f'<Project Sdk="{sdk}"><PropertyGroup>{inner}</PropertyGroup><ItemGroup>{named}</ItemGroup></Project>'


SHOP = {
    "src/Basket.API/Basket.API.csproj": project("Microsoft.NET.Sdk.Web"),
    "src/Orders/Orders.csproj": project("Microsoft.NET.Sdk.Worker"),
    "src/Pages/Pages.csproj": project("Microsoft.NET.Sdk.BlazorWebAssembly"),
    "src/Phone/Phone.csproj": project("Microsoft.NET.Sdk", ("OutputType", "Exe"), ("UseMaui", "true")),
    "src/Client/Client.csproj": project("Microsoft.NET.Sdk", ("IsPackable", "true")),
    "src/EventBus/EventBus.csproj": project("Microsoft.NET.Sdk"),
    "src/AppHost/AppHost.csproj": project("Aspire.AppHost.Sdk/13.1.0", ("OutputType", "Exe")),
    "src/Basket.Tests/Basket.Tests.csproj": project("Microsoft.NET.Sdk", ("OutputType", "Exe")),
    "src/Checks/Checks.csproj": project("Microsoft.NET.Sdk.Web", packages=("Microsoft.NET.Test.Sdk",)),
}
SHOP |= {f"{path.rpartition('/')[0]}/Program.cs": "" for path in SHOP}
SERVED = {
    "src/Basket.API": "service", "src/Orders": "service", "src/Pages": "website", "src/Phone": "library",
    "src/Client": "library",
}  # fmt: skip


def test_a_solution_has_the_projects_that_run_and_those_that_are_packed(repo):
    listed = "".join(f'<Project Path="{path}" />' for path in SHOP if path.endswith("proj"))
    tree = repo(SHOP | {"Shop.slnx": f"<Solution>{listed}</Solution>", "package.json": "{}"})
    assert found(tree) == SERVED
    assert "src/EventBus/EventBus.csproj" in survey(tree).shared


def test_a_solution_of_the_old_form_is_read_alike(repo):
    lines = [
        f'Project("{{A}}") = "x", "{path.replace("/", chr(92))}", "{{B}}"\r\nEndProject'
        for path in SHOP
        if path[-1] == "j"
    ]
    assert found(repo(SHOP | {"Shop.sln": "\r\n".join(lines)})) == SERVED


def test_a_solution_where_nothing_runs_has_its_libraries(repo):
    files = {
        "a/A.csproj": project("Microsoft.NET.Sdk"),
        "b/B.csproj": project("Microsoft.NET.Sdk"),
        "c/C.csproj": project("Microsoft.NET.Sdk", ("IsPackable", "false")),
    }
    listed = "".join(f'<Project Path="{path}" />' for path in files)
    files |= {f"{name}/A.cs": "" for name in "abc"}
    assert found(repo(files | {"All.slnx": f"<Solution>{listed}</Solution>"})) == {"a": "library", "b": "library"}


def test_a_broken_project_is_told_and_the_folders_are_taken_as_they_are(repo):
    tree = repo({"S.slnx": '<Solution><Project Path="a/A.csproj" /></Solution>', "a/A.csproj": "<Project"})
    assert [problem.place.path for problem in survey(tree).problems] == ["a/A.csproj"]


def test_programs_in_examples_tests_and_tools_do_not_make_a_module_a_service(repo):
    assert found(repo({"main.tf": "", "examples/all/fixtures/handler.py": "", "modules/x/main.tf": ""})) == {
        "": "resource"
    }
    charts = {"charts/a/Chart.yaml": "name: a", "charts/a/hack/sync.py": "", "charts/b/Chart.yaml": "name: b"}
    assert found(repo(charts)) == {"charts/a": "resource", "charts/b": "resource"}


def test_folders_of_a_java_package_called_samples_are_source(repo):
    tree = repo({"pom.xml": "<project>spring-boot-maven-plugin</project>", "src/main/java/org/samples/A.java": ""})
    assert found(tree) == {"": "service"}


def web(**manifest):
    return json.dumps(manifest)


def test_an_app_for_the_browser_is_a_website_in_a_container_too(repo):
    page = {"index.html": "<div id=root>", "src/main.tsx": "", "Dockerfile": "FROM nginx"}
    vue = web(private=True, dependencies={"vue": "3"}, scripts={"dev": "vite"})
    assert found(repo(page | {"package.json": vue})) == {"": "website"}
    assert found(repo({"package.json": web(dependencies={"next": "15"}), "pages/a.tsx": ""})) == {"": "website"}
    bare = page | {"package.json": web(private=True, scripts={"start": "vite"}), "vite.config.mts": ""}
    assert found(repo(bare)) == {"": "website"}


def test_a_server_with_pages_and_a_published_package_of_parts_are_no_websites(repo):
    server = web(dependencies={"express": "4", "react-dom": "19"})
    assert found(repo({"package.json": server, "public/index.html": "", "server.js": ""})) == {"": "service"}
    parts = web(main="dist/a.js", dependencies={"react-dom": "19"})
    assert found(repo({"package.json": parts, "index.html": "", "a.tsx": ""})) == {"": "library"}
    php = {"composer.json": '{"type": "project"}', "package.json": web(devDependencies={"vite": "7"}), "a.php": ""}
    assert found(repo(php | {"public/index.html": ""})) == {"": "service"}


def test_a_package_that_nothing_starts_is_no_service(repo):
    mails = web(private=True, scripts={"dev": "email dev"}, dependencies={"react-email": "6"})
    assert found(repo({"package.json": mails, "emails/welcome.tsx": ""})) == {"": "library"}
    assert found(repo({"package.json": web(scripts={"start": "node a.js"}), "a.js": ""})) == {"": "service"}
    assert found(repo({"package.json": web(private=True), "src/server.ts": ""})) == {"": "service"}


def test_a_build_that_only_runs_a_class_of_its_own_is_a_library(repo):
    build = 'plugins { kotlin("jvm") }\ntasks.register<JavaExec>("tables") { mainClass.set("a.Tables") }\n'
    assert found(repo({"build.gradle.kts": build, "src/main/kotlin/A.kt": ""})) == {"": "library"}
    server = "plugins {\n  application\n}\n"
    assert found(repo({"build.gradle.kts": server, "src/main/kotlin/A.kt": ""})) == {"": "service"}
    phone = 'plugins { id("com.android.application") }'
    assert found(repo({"build.gradle.kts": phone, "src/main/kotlin/A.kt": ""})) == {"": "library"}


def test_a_module_of_tests_alone_is_no_component(repo):
    files = {f"{name}/build.gradle.kts": "" for name in ("core", "net", "core-checks")}
    files |= {
        "core/src/main/kotlin/A.kt": "",
        "net/src/jvmMain/kotlin/B.kt": "",
        "core-checks/src/test/kotlin/C.kt": "",
    }
    settings = 'include("core", "net", "core-checks")'
    assert set(found(repo(files | {"settings.gradle.kts": settings}))) == {"core", "net"}


def test_a_package_of_data_is_a_library(repo):
    assert found(repo({"package.json": web(main="data.json"), "data.json": "{}", "scripts/make.js": ""})) == {
        "": "library"
    }
