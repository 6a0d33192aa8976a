"""Kustomizations built from bases, overlays, patches and components."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from typing import Any

import pytest
import yaml as plain_yaml
from hypothesis import given
from hypothesis import strategies as st

from greenboard.core.errors import Place, UserError
from greenboard.repository.kubernetes.objects import Object
from greenboard.repository.kustomize.build import kustomizations
from greenboard.repository.kustomize.merge import apply_operations
from greenboard.repository.kustomize.parts import Part
from greenboard.repository.readers.workload import READER
from greenboard.repository.types import Found, Missed

BASE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: acme/shop
          env: [{name: A, value: "1"}]
        - name: side
          image: acme/side:1.0
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec: {minReplicas: 2, maxReplicas: 4, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80}]}
"""
OVERLAY = """\
resources: [../../base]
components: [../../components/safe]
namespace: live
namePrefix: eu-
commonLabels: {team: cart}
labels: [{pairs: {tier: web}}]
images: [{name: acme/shop, newName: ghcr.io/acme/shop, newTag: 1.2.3}, {name: acme/side, digest: "sha256:%s"}]
replicas: [{name: shop, count: 5}]
patches:
  - path: probes.yaml
  - target: {kind: Deployment, name: "sh.*"}
    patch: |-
      - op: add
        path: /metadata/annotations
        value: {a~b: "1"}
      - op: replace
        path: /spec/template/spec/containers/0/env/0/value
        value: "2"
""" % ("b" * 64)
PROBES = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
        - name: shop
          readinessProbe: {httpGet: {path: /, port: 80}}
          env: [{name: B, value: x}]
        - name: side
          $patch: delete
"""
SAFE = """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
  - target: {kind: Deployment}
    patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: any}
      spec: {template: {spec: {securityContext: {runAsNonRoot: true}}}}
"""
FILES = {
    "k/base/kustomization.yaml": "resources: [shop.yaml]\n",
    "k/base/shop.yaml": BASE,
    "k/components/safe/kustomization.yaml": SAFE,
    "k/overlays/prod/kustomization.yaml": OVERLAY,
    "k/overlays/prod/probes.yaml": PROBES,
}


def built(tree: Any) -> list[Object]:
    results = kustomizations(tree).results
    assert all(isinstance(item, Object) for item in results), results
    return [item for item in results if isinstance(item, Object)]


def test_an_overlay_is_built(repo, scope):
    (found,) = READER.read(scope(repo(FILES)))
    assert isinstance(found, Found)
    (item,) = found.value
    assert (item["name"], item["environment"], item["replicas"]) == ("deployment/eu-shop", "prod", 5)
    assert item["autoscaled"]
    assert item["image_pinned"]
    assert item["readiness"]
    assert item["run_as_non_root"]
    assert found.places["deployment/eu-shop.replicas"] == "k/overlays/prod/kustomization.yaml:8"
    assert found.places["deployment/eu-shop.readiness"] == "k/overlays/prod/probes.yaml:9"
    assert found.places["deployment/eu-shop.run_as_non_root"].startswith("k/components/safe/kustomization.yaml:")


def _plain(item: Any) -> Any:
    """Data with the order of lists made the same: patches may add at either end."""
    if isinstance(item, dict):
        return {key: _plain(value) for key, value in item.items()}
    return sorted((_plain(value) for value in item), key=str) if isinstance(item, list) else item


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed, so nothing to compare with")
def test_the_build_is_that_of_kubectl(repo):
    tree = repo(FILES)
    command = ["kubectl", "kustomize", str(tree.root / "k/overlays/prod")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    theirs = sorted((_plain(part) for part in plain_yaml.safe_load_all(printed)), key=str)
    assert sorted((_plain(dict(item.data)) for item in built(tree)), key=str) == theirs


def test_bases_count_only_where_nothing_builds_on_them(repo):
    tree = repo({path: text for path, text in FILES.items() if path.startswith("k/base")})
    assert {item.environment for item in built(tree)} == {""}
    assert {item.label for item in built(tree)} >= {"deployment/shop"}


def test_files_of_a_kustomization_are_not_applied_by_themselves(repo, scope):
    names = {item["name"] for found in READER.read(scope(repo(FILES))) for item in found.value}
    assert names == {"deployment/eu-shop"}


def test_remote_resources_are_said_and_the_rest_is_read(repo, scope):
    overlay = "resources: [shop.yaml, 'https://github.com/acme/base?ref=v1']\n"
    said = list(READER.read(scope(repo({"k/kustomization.yaml": overlay, "k/shop.yaml": BASE}))))
    assert [part.location for part in said if isinstance(part, Missed)] == ["k/kustomization.yaml:1:24"]
    (found,) = (part for part in said if isinstance(part, Found))
    assert "pdb" not in found.value[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("resources: [gone.yaml]", "no kustomization in k/gone.yaml"),
        ("resources: [../../out]", "a resource outside of the tree: ../../out"),
        ("resources: [.]", "a kustomization that builds on itself: k"),
        ("replacements: [{source: {}}]", "the kustomization's replacements are not read"),
        ("resources: [shop.yaml]\npatches: [{patch: 'kind: Pod\n\n  '}]", "no Pod  to patch"),
        ("[]", "not one kustomization"),
    ],
)
def test_what_cannot_be_built_is_said(repo, text, reason):
    (failed,) = kustomizations(repo({"k/kustomization.yaml": text, "k/shop.yaml": BASE})).results
    assert failed.reason == reason
    assert failed.location.startswith("k/kustomization.yaml:")


_VALUES = st.recursive(
    st.none() | st.integers(0, 2), lambda x: st.lists(x, max_size=2) | st.dictionaries(st.sampled_from("ab"), x)
)
_OPERATIONS = st.lists(
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "x"]),
            "path": st.sampled_from(["", "/a", "/a/0", "/a/-", "/b/a", "/b/a/1", "x"]),
        },
        optional={"value": _VALUES, "from": st.sampled_from(["/a", "/b", "/b/a"])},
    ),
    max_size=4,
)


@given(_OPERATIONS, st.dictionaries(st.sampled_from("ab"), _VALUES))
def test_any_patch_is_applied_or_refused(operations, data):
    with contextlib.suppress(UserError):
        apply_operations(Part(data, "x", {}), operations, Place("x", 1))


def test_a_kustomization_that_fails_says_nothing_about_plain_manifests(repo, scope):
    plain = BASE.replace("{name: shop}", "{name: other}")
    tree = repo({"k/kustomization.yaml": "transformers: [x.yaml]\n", "plain/shop.yaml": plain})
    (found,) = (part for part in READER.read(scope(tree)) if isinstance(part, Found))
    assert found.value[0]["pdb"] is False
