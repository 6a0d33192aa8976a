"""What Kubernetes manifests say about the workloads of a component."""

from __future__ import annotations

from typing import Any

import pytest
import yaml as plain_yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greenboard.core import yaml
from greenboard.core.errors import UserError
from greenboard.facts.vocabulary import load
from greenboard.repository.kubernetes.deprecated import removed_in
from greenboard.repository.kubernetes.objects import Origin, objects_of
from greenboard.repository.kubernetes.pods import describe, is_workload, pods_of
from greenboard.repository.kubernetes.selectors import selects
from greenboard.repository.readers.kubernetes import READER as KUBERNETES
from greenboard.repository.readers.workload import READER as WORKLOAD
from greenboard.repository.types import Found, Missed

GOOD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, labels: {app: shop}}
spec:
  replicas: 3
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      securityContext: {runAsNonRoot: true}
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone}]
      containers:
        - name: shop
          image: ghcr.io/acme/shop:1.2.3
          livenessProbe: {httpGet: {path: /live, port: 80}}
          readinessProbe: {httpGet: {path: /ready, port: 80}}
          securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true}
          resources:
            requests: {cpu: 10m, memory: 64Mi}
            limits: {memory: 64Mi}
"""
BARE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: shop}]}
"""
BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: shop}
spec: {minAvailable: 1, selector: {matchLabels: {app: shop}}}
"""
SCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec: {minReplicas: 2, maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}}
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""


def workloads(scope: Any) -> dict[str, dict[str, Any]]:
    found = [said for said in WORKLOAD.read(scope) if isinstance(said, Found)]
    for said in found:
        load().normalise("workload", said.value)
    return {item["name"]: item for said in found for item in said.value}


def test_a_good_deployment_is_read(repo, scope):
    (item,) = workloads(scope(repo({"k8s/shop.yaml": GOOD}))).values()
    assert item == {
        "name": "deployment/shop",
        "scheduled": False,
        "replicas": 3,
        "autoscaled": False,
        "pdb": False,
        "liveness": True,
        "readiness": True,
        "requests_set": True,
        "limits_set": True,
        "image_pinned": True,
        "run_as_non_root": True,
        "privileged": False,
        "read_only_root": True,
        "topology_spread": True,
    }


def test_each_field_has_its_line(repo, scope):
    (found,) = WORKLOAD.read(scope(repo({"k8s/shop.yaml": GOOD})))
    assert found.places["deployment/shop.replicas"] == "k8s/shop.yaml:5"
    assert found.places["deployment/shop.image_pinned"] == "k8s/shop.yaml:14"
    assert found.places["deployment/shop.liveness"] == "k8s/shop.yaml:15"


def test_a_bare_deployment_has_the_defaults_of_the_api(repo, scope):
    (item,) = workloads(scope(repo({"k8s/shop.yaml": BARE}))).values()
    assert item["replicas"] == 1
    assert item["privileged"] is True
    unset = ("liveness", "readiness", "requests_set", "limits_set", "image_pinned", "run_as_non_root", "read_only_root")
    assert not any(item[name] for name in unset)


def test_what_stands_beside_a_workload_is_matched(repo, scope):
    tree = repo({"k8s/a.yaml": BARE, "k8s/b.yaml": f"{BUDGET}---\n{SCALER}---\n{POLICY}"})
    (item,) = workloads(scope(tree)).values()
    assert "replicas" not in item
    assert (item["min_replicas"], item["max_replicas"], item["autoscaled"]) == (2, 9, True)
    assert item["pdb"] is True
    assert item["network_policy"] is True


def test_another_namespace_is_another_matter(repo, scope):
    elsewhere = BUDGET.replace("{name: shop}", "{name: shop, namespace: other}")
    (item,) = workloads(scope(repo({"k8s/a.yaml": BARE, "k8s/b.yaml": elsewhere}))).values()
    assert item["pdb"] is False


def test_a_budget_that_allows_everything_protects_nothing(repo, scope):
    open_budget = BUDGET.replace("minAvailable: 1", "maxUnavailable: 100%")
    (item,) = workloads(scope(repo({"k8s/a.yaml": BARE, "k8s/b.yaml": open_budget}))).values()
    assert item["pdb"] is False


def test_a_broken_file_leaves_absences_unsaid(repo, scope):
    tree = repo({"k8s/a.yaml": BARE, "k8s/b.yaml": "apiVersion: v1\nkind: X\n  bad: {{ .x }}\n"})
    said = list(WORKLOAD.read(scope(tree)))
    assert [part.location for part in said if isinstance(part, Missed)] == ["k8s/b.yaml:3:6"]
    (item,) = workloads(scope(tree)).values()
    assert not {"pdb", "autoscaled", "replicas"} & item.keys()


def test_the_containers_word_beats_the_pods(repo, scope):
    text = GOOD.replace("readOnlyRootFilesystem: true", "runAsUser: 0")
    (item,) = workloads(scope(repo({"k8s/shop.yaml": text}))).values()
    assert item["run_as_non_root"] is False
    assert item["read_only_root"] is False


def test_a_limit_counts_as_request(repo, scope):
    text = GOOD.replace("requests: {cpu: 10m, memory: 64Mi}", "requests: {cpu: 1}")
    (item,) = workloads(scope(repo({"k8s/shop.yaml": text}))).values()
    assert item["requests_set"] is True


def test_placeholders_in_images_are_not_judged(repo, scope):
    text = GOOD.replace("ghcr.io/acme/shop:1.2.3", "$REGISTRY/shop")
    (item,) = workloads(scope(repo({"k8s/shop.yaml": text}))).values()
    assert "image_pinned" not in item


def test_images_that_skaffold_builds_are_not_judged(repo, scope):
    skaffold = "apiVersion: skaffold/v4beta1\nkind: Config\nbuild: {artifacts: [{image: shop}]}\n"
    (item,) = workloads(scope(repo({"k8s/shop.yaml": BARE, "skaffold.yaml": skaffold}))).values()
    assert "image_pinned" not in item


def test_jobs_have_no_probes_and_no_replicas(repo, scope):
    job = BARE.replace("apps/v1", "batch/v1").replace("Deployment", "Job")
    (item,) = workloads(scope(repo({"k8s/job.yaml": job}))).values()
    assert item["scheduled"] is True
    assert not {"liveness", "readiness", "replicas", "pdb", "autoscaled"} & item.keys()


def test_environments_keep_their_names(repo, scope):
    tree = repo({"k8s/dev/shop.yaml": BARE, "k8s/staging/shop.yaml": GOOD, "release/all.yaml": GOOD})
    found = workloads(scope(tree))
    assert {name: item.get("environment") for name, item in found.items()} == {
        "deployment/shop": "dev",
        "deployment/shop (staging)": "staging",
        "deployment/shop (release)": None,
    }


def test_where_production_is_named_other_stages_do_not_count(repo, scope):
    bare = {f"k8s/{name}/shop.yaml": BARE.replace("name: shop", f"name: {name}", 1) for name in ("dev", "eu-west-1")}
    tree = repo({**bare, "k8s/prod/shop.yaml": GOOD, "k8s/shared.yaml": BARE.replace("name: shop", "name: all", 1)})
    assert set(workloads(scope(tree))) == {"deployment/shop", "deployment/eu-west-1", "deployment/all"}
    ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\nspec: {%s}\n"
    tree = repo({"k8s/dev/in.yaml": ingress % "", "k8s/prod/in.yaml": ingress % "tls: [{hosts: [a]}]"})
    (found,) = KUBERNETES.read(scope(tree))
    assert (found.value["plain_ingresses"], found.value["tls_ingresses"]) == (0, 1)


LIMITS = """\
apiVersion: v1
kind: LimitRange
metadata: {name: limits}
spec: {limits: [{type: Container, default: {memory: 1Gi}, defaultRequest: {cpu: 10m, memory: 64Mi}}]}
"""


@pytest.mark.parametrize(
    ("limits", "requests_set", "limits_set"),
    [
        (LIMITS, True, True),
        (LIMITS.replace("memory: 64Mi", "x: 1").replace("cpu: 10m, ", ""), None, True),
        (LIMITS.replace("name: limits", "name: limits, namespace: other"), None, None),
        (LIMITS.replace("type: Container", "type: Pod"), False, False),
        (LIMITS.replace("default: {memory: 1Gi}, ", ""), True, False),
    ],
)
def test_a_limit_range_fills_what_containers_leave_out(repo, scope, limits, requests_set, limits_set):
    (item,) = workloads(scope(repo({"k8s/a.yaml": BARE, "k8s/b.yaml": limits}))).values()
    assert (item.get("requests_set"), item.get("limits_set")) == (requests_set, limits_set)


def test_the_limits_of_another_namespace_change_nothing(repo, scope):
    here, there = BARE.replace("{name", "{namespace: a, name", 1), LIMITS.replace("{name", "{namespace: b, name", 1)
    (item,) = workloads(scope(repo({"k8s/a.yaml": here, "k8s/b.yaml": there}))).values()
    assert (item["requests_set"], item["limits_set"]) == (False, False)


def test_a_quota_counts_for_its_own_namespace(repo, scope):
    quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q%s}\nspec: {hard: {pods: 9}}\n"
    (found,) = KUBERNETES.read(scope(repo({"k8s/a.yaml": BARE, "k8s/b.yaml": quota % ""})))
    assert found.value["quota"] is True
    (found,) = KUBERNETES.read(scope(repo({"k8s/a.yaml": BARE, "k8s/b.yaml": quota % ", namespace: b"})))
    assert "quota" not in found.value


def test_a_broken_file_leaves_what_it_could_change_unsaid(repo, scope):
    tree = repo({"k8s/a.yaml": BARE, "k8s/b.yaml": "apiVersion: v1\nkind: X\n  bad: {{ .x }}\n"})
    (found,) = (said for said in KUBERNETES.read(scope(tree)) if isinstance(said, Found))
    assert found.value == {"tools": ["plain"]}


def test_a_resource_without_workloads_has_none(repo, scope):
    cloud = repo({"main.tf": 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n'})
    assert [said.value for said in WORKLOAD.read(scope(cloud, kind="resource"))] == [[]]
    assert [said.value["objects"] for said in KUBERNETES.read(scope(cloud, kind="resource"))] == [0]
    assert list(WORKLOAD.read(scope(cloud))) == []  # A service may be deployed from elsewhere.
    borrowed = repo({"main.tf": 'module "a" {\n  source = "acme/cluster/aws"\n}\n'})
    assert list(WORKLOAD.read(scope(borrowed, kind="resource"))) == []


def test_examples_do_not_count(repo, scope):
    assert list(WORKLOAD.read(scope(repo({"examples/shop.yaml": GOOD, "test/x.yaml": GOOD})))) == []


def test_a_monorepo_is_matched_by_folder_and_name(repo, scope):
    cart = BARE.replace("shop", "cart")
    tree = repo(
        {
            "src/shop/go.mod": "module shop\n",
            "src/shop/main.go": "package main\n",
            "src/shop/Dockerfile": "FROM scratch\n",
            "src/cart/go.mod": "module cart\n",
            "src/cart/main.go": "package main\n",
            "src/cart/Dockerfile": "FROM scratch\n",
            "k8s/shop.yaml": BARE,
            "src/cart/deploy/anything.yaml": cart.replace("cart", "web"),
        }
    )
    assert set(workloads(scope(tree, "src/shop"))) == {"deployment/shop"}
    assert set(workloads(scope(tree, "src/cart"))) == {"deployment/web"}


def test_what_a_shared_folder_runs_is_nobodys(repo, scope):
    backstage = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: %s}\nspec: {type: service}\n"
    tree = repo({"catalog-info.yaml": "---\n".join(backstage % name for name in ("a", "b")), "k8s/shop.yaml": BARE})
    (missed,) = WORKLOAD.read(scope(tree))
    assert isinstance(missed, Missed)
    assert missed.reason.startswith("several components share the folder")


def test_objects_as_a_whole(repo, scope):
    ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\nspec: {tls: [{hosts: [a]}]}\n"
    old = SCALER.replace("autoscaling/v2", "autoscaling/v2beta2")
    tree = repo({"k8s/all.yaml": "---\n".join([BARE, ingress, ingress.replace("shop", "b").replace("tls", "x"), old])})
    (found,) = KUBERNETES.read(scope(tree))
    load().normalise("kubernetes", found.value)
    assert found.value == {
        "tools": ["plain"],
        "objects": 4,
        "deprecated_apis": ["autoscaling/v2beta2 HorizontalPodAutoscaler"],
        "plain_ingresses": 1,
        "tls_ingresses": 1,
    }


def test_nothing_is_said_where_nothing_is_declared(repo, scope):
    tree = repo({"catalog-info.yaml": "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: x}\n"})
    assert list(KUBERNETES.read(scope(tree))) == [] == list(WORKLOAD.read(scope(tree)))


def test_lists_are_taken_apart():
    text = "apiVersion: v1\nkind: List\nitems:\n- " + GOOD.replace("\n", "\n  ")
    (document,) = yaml.read(text, "all.yaml")
    (item,) = objects_of(document, Origin("plain", "all.yaml", "plain"))
    assert item.label == "deployment/shop"
    assert item.at("spec", "replicas") == "all.yaml:8"


@pytest.mark.parametrize(
    ("selector", "verdict"),
    [
        ({}, True),
        ({"matchLabels": {"app": "shop"}}, True),
        ({"matchLabels": {"app": "other"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["shop"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "Near"}]}, None),
        ({"matchLabels": {"app": "${APP}"}}, None),
        (None, None),
    ],
)
def test_selectors(selector, verdict):
    assert selects(selector, {"app": "shop"}) is verdict


def test_removed_versions():
    assert removed_in("policy/v1beta1", "PodDisruptionBudget") == "1.25"
    assert removed_in("policy/v1", "PodDisruptionBudget") is None
    assert removed_in("extensions/v1beta1", "Deployment") == "1.16"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["spec", "template", "containers", "image", "resources", "securityContext", "limits", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(["Deployment", "CronJob", "Pod", "Job"]), spec=_JSON)
def test_objects_of_any_shape_are_read(kind, spec):
    api = {"Deployment": "apps/v1", "Pod": "v1"}.get(kind, "batch/v1")
    text = plain_yaml.safe_dump({"apiVersion": api, "kind": kind, "metadata": {"name": "x"}, "spec": spec})
    try:
        documents = yaml.read(text, "x.yaml")
    except UserError:
        return
    for item in (found for document in documents for found in objects_of(document, Origin("plain", "x.yaml", "plain"))):
        assert is_workload(item)
        pods = pods_of(item)
        if pods is not None:
            list(describe(pods, runs_once=False, every_node=False))
