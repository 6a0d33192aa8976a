"""The Kubernetes manifests: rendered by kustomize, held against Kubernetes' own schemas, and against what we promise."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from greenboard.project.environment import Environment

ROOT = Path(__file__).resolve().parents[2] / "deploy" / "kubernetes"
VERSIONS = ("1.29", "1.33", "1.37")
Object = dict[str, Any]


def rendered(folder: str) -> list[Object]:
    tool = next((name for name in ("kubectl", "kustomize") if shutil.which(name)), None)
    if tool is None:
        pytest.skip("neither kubectl nor kustomize is installed here: the manifests cannot be rendered")
    command = [tool, "kustomize", ROOT / folder] if tool == "kubectl" else [tool, "build", ROOT / folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]


@pytest.fixture(scope="module", params=["base", "overlays/production"])
def objects(request: pytest.FixtureRequest) -> list[Object]:
    return rendered(request.param)


def kinds(objects: list[Object], *wanted: str) -> list[Object]:
    return [one for one in objects if one["kind"] in wanted]


def pods(objects: list[Object]) -> dict[str, Object]:
    found = kinds(objects, "Deployment", "StatefulSet", "Job")
    return {one["metadata"]["labels"]["app.kubernetes.io/component"]: one["spec"]["template"] for one in found}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_fits_the_schema_of_its_kind_strictly(objects: list[Object], version: str) -> None:
    for one in objects:
        kubernetes_validate.validate(one, version, strict=True)


def test_there_is_what_an_installation_needs(objects: list[Object]) -> None:
    assert set(pods(objects)) == {"web", "worker", "migrate"}
    named = {(one["kind"], one["metadata"]["name"]) for one in objects}
    wanted = [("Deployment", "web"), ("StatefulSet", "worker"), ("Job", "migrate"), ("Service", "web")]
    assert {(kind, f"greenboard-{name}") for kind, name in wanted} <= named
    assert {("PodDisruptionBudget", "greenboard-web"), ("PodDisruptionBudget", "greenboard-worker")} <= named


def test_no_pod_has_a_right_that_it_does_not_need(objects: list[Object]) -> None:
    for pod in pods(objects).values():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in spec["containers"]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert {"cpu", "memory"} <= set(container["resources"]["requests"]) & set(container["resources"]["limits"])


def test_pods_have_more_time_to_stop_than_the_processes_take(objects: list[Object]) -> None:
    (settings,) = kinds(objects, "ConfigMap")
    seconds = int(settings["data"]["GREENBOARD_STOP_SECONDS"])
    for name in ("web", "worker"):
        assert pods(objects)[name]["spec"]["terminationGracePeriodSeconds"] >= seconds + 10


def test_what_stays_is_probed(objects: list[Object]) -> None:
    for name in ("web", "worker"):
        (container,) = pods(objects)[name]["spec"]["containers"]
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(container)


def test_every_setting_is_one_of_ours_and_can_be_used(objects: list[Object], tmp_path: Path) -> None:
    (settings,) = kinds(objects, "ConfigMap")
    secrets = {name: tmp_path / name for name in settings["data"] if name.endswith("_FILE")}
    for name, path in secrets.items():
        path.write_text("postgresql://greenboard@db/greenboard" if "URL" in name else "x" * 40)
    given = {**settings["data"], **{name: str(path) for name, path in secrets.items()}}
    assert Environment.read(given).migrate is False


def test_services_and_budgets_select_pods(objects: list[Object]) -> None:
    labels = [pod["metadata"]["labels"].items() for pod in pods(objects).values()]
    selectors = [one["spec"]["selector"] for one in kinds(objects, "Service")]
    selectors += [one["spec"]["selector"]["matchLabels"] for one in kinds(objects, "PodDisruptionBudget")]
    for selector in selectors:
        assert sum(selector.items() <= one for one in labels) == 1, selector


def test_nothing_comes_in_or_goes_out_but_what_is_named(objects: list[Object]) -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in kinds(objects, "NetworkPolicy")}
    everything = policies["greenboard"]
    assert set(everything["policyTypes"]) == {"Ingress", "Egress"}
    assert "ingress" not in everything
    selected = everything["podSelector"].get("matchLabels", {}).items()
    assert all(selected <= pod["metadata"]["labels"].items() for pod in pods(objects).values())


def test_the_production_example_names_a_version_of_the_image() -> None:
    images = {pod["spec"]["containers"][0]["image"] for pod in pods(rendered("overlays/production")).values()}
    assert len(images) == 1
    assert not images.pop().endswith((":latest", "greenboard"))
