"""Charts rendered with their defaults: the language of templates, parts of charts, what is refused."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenboard.repository.helm.functions import FUNCTIONS
from greenboard.repository.helm.lexer import TemplateError
from greenboard.repository.helm.parser import parse
from greenboard.repository.helm.render import Renderer
from greenboard.repository.helm.versions import compare
from greenboard.repository.readers.workload import READER
from greenboard.repository.types import Found, Missed

VALUES = {
    "name": "shop",
    "n": 3,
    "zero": 0,
    "off": False,
    "list": ["a", "b"],
    "map": {"x": 1, "y": {"z": "deep"}},
    "text": "hello {{ .Values.name }}",
    "nothing": None,
}


def render(text: str, values: Any = VALUES) -> str:
    template = parse(text, "x.yaml")
    return Renderer(template.defines).render(template.body, {"Values": values}).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a {{ .Values.name }} b", "a shop b"),
        ("a {{- .Values.name -}} b", "ashopb"),
        ("a\n  {{- /* note */ -}}\n  b", "ab"),
        ("{{/* a */}}b", "b"),
        ("{{ .Values.missing }}", ""),
        ("{{ .Values.nothing }}", ""),
        ('{{ .Values.missing | default "d" | quote }}', '"d"'),
        ("{{ if .Values.off }}a{{ else if .Values.zero }}b{{ else }}c{{ end }}", "c"),
        ("{{ with .Values.map.y }}{{ .z }}{{ $.Values.n }}{{ end }}", "deep3"),
        ("{{ with .Values.missing }}a{{ else }}b{{ end }}", "b"),
        ("{{ range .Values.list }}[{{ . }}]{{ end }}", "[a][b]"),
        ("{{ range $i, $e := .Values.list }}{{ $i }}{{ $e }}{{ end }}", "0a1b"),
        ("{{ range $k, $v := .Values.map }}{{ $k }} {{ end }}", "x y "),
        ("{{ range .Values.missing }}a{{ else }}none{{ end }}", "none"),
        ("{{ range $i := until 5 }}{{ if eq $i 3 }}{{ break }}{{ end }}{{ $i }}{{ end }}", "012"),
        ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ end }}{{ $x }}", "2"),
        ('{{ define "t" }}<{{ . }}>{{ end }}{{ include "t" .Values.name | upper }}', "<SHOP>"),
        ('{{ define "t" }}<{{ .n }}>{{ end }}{{ template "t" .Values }}', "<3>"),
        ('{{ block "t" .Values }}{{ .n }}{{ end }}', "3"),
        ("{{ tpl .Values.text . }}", "hello shop"),
        ("{{ toYaml .Values.map | nindent 2 }}", "\n  x: 1\n  y:\n    z: deep"),
        ("{{ toYaml .Values.name }}", "shop"),
        ('{{ toYaml "true" }}', "'true'"),
        ('{{ printf "%s-%d %5.1f|%q|%v" .Values.name .Values.n 1.25 "a" .Values.list }}', 'shop-3   1.2|"a"|[a b]'),
        ("{{ and .Values.name .Values.zero }}{{ or .Values.zero .Values.n }}", "03"),
        ("{{ and .Values.nothing .Values.nothing.deep }}", ""),
        (
            "{{ not .Values.off }} {{ eq .Values.n 1 2 3 }} {{ ne 1 2 }} {{ lt 1 2 }} {{ ge 2 2 }}",
            "true true true true true",
        ),
        ('{{ index .Values.list 1 }}{{ index .Values "map" "y" "z" }}', "bdeep"),
        ('{{ (index .Values.map "y").z }}{{ (dict "a" 1).a }}', "deep1"),
        ('{{ ternary "a" "b" .Values.off }}{{ coalesce .Values.zero "" "c" }}', "bc"),
        ('{{ $d := dict }}{{ $_ := set $d "k" 1 }}{{ hasKey $d "k" }}{{ len $d }}', "true1"),
        ('{{ merge (dict "a" 1) (dict "a" 2 "b" 3) | toJson }}', '{"a":1,"b":3}'),
        ('{{ mergeOverwrite (dict "a" 1) (dict "a" 2) | toJson }}', '{"a":2}'),
        ('{{ "a-b_c" | replace "-" "." | trimSuffix "c" | trunc 3 }}', "a.b"),
        ('{{ "abc" | trunc -2 }}{{ join "," .Values.list }}{{ splitList "," "x,y" | last }}', "bca,by"),
        ('{{ regexReplaceAll "([a-z])1" "a1b1" "${1}2" }}', "a2b2"),
        ('{{ add 1 2 3 }} {{ sub 5 2 }} {{ mul 2 3 }} {{ div 7 2 }} {{ mod 7 2 }} {{ int "8" }}', "6 3 6 3 1 8"),
        ('{{ "x" | b64enc }}{{ "eA==" | b64dec }} {{ kindOf .Values.map }}', "eA==x map"),
        ("{{ `raw \\n` }}{{ 'a' }}{{ 0x10 }}{{ 1.5 }}", "raw \\n97161.5"),
        ('{{ dig "y" "z" "none" .Values.map }}{{ dig "q" "z" "none" .Values.map }}', "deepnone"),
        ("{{ if (and (eq .Values.n 3) (not .Values.off)) }}yes{{ end }}", "yes"),
        ('{{ fromYaml "a: {b: 2}" | toJson }}', '{"a":{"b":2}}'),
        ("{{ .Values.list | first | quote }} {{ list 3 1 | has 1 }} {{ untilStep 0 6 2 }}", '"a" true [0 2 4]'),
        ('{{ semverCompare ">=1.21-0" "v1.33.0" }}', "true"),
        ('{{ "my app" | title | nospace | snakecase }} {{ contains "pp" "app" }}', "my_app true"),
        ("{{ range 2 }}x{{ end }}", "xx"),
    ],
)
def test_the_language(text, expected):
    assert render(text) == expected


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("a\n{{ nofunction 1 }}", "2:4", "the function nofunction is not known here"),
        ('{{ include "gone" . }}', "1:4", "no template named 'gone' in the tree"),
        ("{{ .Values.nothing.deep }}", "1:4", "nothing named deep in invalid"),
        ('{{ required "set x" .Values.missing }}', "1:4", "the chart refuses: set x"),
        ('{{ lookup "v1" "Secret" "" "" }}', "1:4", "lookup asks the cluster, which is not known here"),
        ("{{ if }}", "1:7", "unexpected '}}'"),
        ("{{ if .x }}a", "1:7", "if without its end"),
        ("{{ .x", "1:6", "an action that is not closed"),
        ("{{ $gone }}", "1:4", "undefined variable $gone"),
        ("{{ div 1 0 }}", "1:4", "integer division or modulo by zero"),
        (
            '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}',
            "1:20",
            "templates that include each other without end",
        ),
        ("{{ range until 9000 }}{{ range until 9000 }}{{ $ }}{{ end }}{{ end }}", None, "more"),
    ],
)
def test_what_is_not_known_is_an_error_with_its_place(text, place, what):
    with pytest.raises(TemplateError) as caught:
        render(text)
    assert caught.value.what.startswith(what)
    assert place is None or str(caught.value.place) == f"x.yaml:{place}"


@pytest.mark.parametrize(
    ("constraint", "version", "holds"),
    [
        (">=1.19-0", "v1.33.0-gke.1", True),
        (">=1.19", "v1.33.0-gke.1", False),
        ("^1.2.3", "1.9.0", True),
        ("^1.2.3", "2.0.0", False),
        ("^0.2.3", "0.3.0", False),
        ("~1.2", "1.2.9", True),
        ("~1.2", "1.3.0", False),
        ("1.x", "1.9.9", True),
        (">1.2", "1.2.5", False),
        (">=1.2, <1.4 || 2.0.0", "1.3.0", True),
        ("1.2 - 1.4", "1.4.5", True),
        ("<1.22-0", "1.33.0", False),
    ],
)
def test_version_constraints(constraint, version, holds):
    assert compare(constraint, version) is holds


CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\nappVersion: 2.1.0\n",
    "chart/values.yaml": "replicaCount: 2\nimage: {repository: acme/shop, tag: ''}\nautoscaling: {enabled: false}\n"
    "resources: {}\nprobes: {path: /ready}\n",
    "chart/templates/_helpers.tpl": '{{- define "shop.labels" -}}\napp: {{ .Chart.Name }}\n{{- end }}\n',
    "chart/templates/deployment.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {{- include "shop.labels" . | nindent 4 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  template:
    metadata:
      labels: {{- include "shop.labels" . | nindent 8 }}
    spec:
      containers:
        - name: main
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          {{- with .Values.probes }}
          readinessProbe: {httpGet: {path: {{ .path }}, port: 80}}
          {{- end }}
          resources: {{- toYaml .Values.resources | nindent 12 }}
""",
    "chart/templates/pdb.yaml": """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: {{ .Release.Name }}}
spec: {minAvailable: 1, selector: {matchLabels: {app: shop}}}
""",
    "chart/templates/NOTES.txt": "{{ this is not read",
}


def said(tree: Any, scope: Any, path: str = "") -> tuple[dict[str, Any], list[Missed]]:
    results = list(READER.read(scope(tree, path)))
    items = {item["name"]: item for part in results if isinstance(part, Found) for item in part.value}
    return items, [part for part in results if isinstance(part, Missed)]


def test_a_chart_is_rendered_with_its_defaults(repo, scope):
    (found,) = READER.read(scope(repo(CHART)))
    (item,) = found.value
    assert (item["name"], item["replicas"], item["pdb"]) == ("deployment/shop", 2, True)
    assert item["image_pinned"]
    assert item["readiness"]
    assert not item["limits_set"]
    assert not item["liveness"]
    assert found.places["deployment/shop.replicas"] == "chart/templates/deployment.yaml:8"
    assert found.places["deployment/shop.image_pinned"] == "chart/templates/deployment.yaml:16"
    assert found.places["deployment/shop.readiness"] == "chart/templates/deployment.yaml:18"


def test_an_environments_values_are_laid_over_the_defaults(repo, scope):
    files = {"chart/values-prod.yaml": "replicaCount: 5\n", "chart/values-dev.yaml": "replicaCount: 1\n"}
    items, _ = said(repo({**CHART, **files}), scope)
    assert {item["environment"]: item["replicas"] for item in items.values()} == {"prod": 5}
    del files["chart/values-prod.yaml"]
    items, _ = said(repo({**CHART, **files}), scope)
    assert {item.get("environment"): item["replicas"] for item in items.values()} == {None: 2, "dev": 1}


def test_what_cannot_be_rendered_is_said_and_the_rest_is_read(repo, scope):
    broken = {"chart/templates/hpa.yaml": "kind: HorizontalPodAutoscaler\nx: {{ nofunction . }}\n"}
    items, missed = said(repo({**CHART, **broken}), scope)
    assert [part.location for part in missed] == ["chart/templates/hpa.yaml:2:7"]
    assert items["deployment/shop"]["pdb"] is True
    assert "autoscaled" not in items["deployment/shop"]


def test_parts_of_a_chart(repo, scope):
    meta = CHART["chart/Chart.yaml"] + (
        "dependencies:\n- {name: db, alias: store, condition: store.enabled}\n"
        "- {name: spare, condition: spare.enabled}\n"
        "- {name: base, repository: 'file://../base'}\n- {name: redis, repository: 'https://charts.example.org'}\n"
    )
    job = (
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: %s}\nspec: {template: {spec: {containers: [{image: %s}]}}}\n"
    )
    files = {
        "chart/Chart.yaml": meta,
        "chart/values.yaml": CHART["chart/values.yaml"] + "store: {enabled: true, tag: '9'}\nspare: {enabled: false}\n",
        "chart/charts/db/Chart.yaml": "name: db\n",
        "chart/charts/db/values.yaml": "tag: '1'\n",
        "chart/charts/db/templates/job.yaml": job % ("{{ .Release.Name }}-db", '"db:{{ .Values.tag }}"'),
        "chart/charts/spare/Chart.yaml": "name: spare\n",
        "chart/charts/spare/templates/job.yaml": job % ("off", "x"),
        "base/Chart.yaml": "name: base\ntype: library\n",
        "base/templates/_x.tpl": '{{ define "base.name" }}from-base{{ end }}',
        "chart/templates/job.yaml": job % ('{{ include "base.name" . }}', "acme/job:latest"),
    }
    items, missed = said(repo({**CHART, **files}), scope, "chart")
    assert set(items) == {"deployment/shop", "job/shop-db", "job/from-base"}
    assert items["job/shop-db"]["image_pinned"] is True
    assert [part.reason for part in missed] == ["the chart redis is not in the tree"]
    assert items["deployment/shop"]["autoscaled"] is False


_PIECES = st.sampled_from(
    [
        "{{",
        "}}",
        "{{-",
        "-}}",
        " ",
        ".Values",
        ".a",
        "$x",
        ":=",
        "|",
        "if",
        "end",
        "else",
        "range",
        "with",
        '"a"',
        "(",
        ")",
        "/*",
        "*/",
    ]
    + [
        "include",
        "define",
        "tpl",
        "toYaml",
        "printf",
        '"%d %q"',
        "dict",
        "index",
        "1",
        "-2",
        "nil",
        "\n",
        "x",
        "merge",
        "slice",
    ]
)


@given(st.lists(_PIECES, max_size=30))
def test_any_template_is_rendered_or_refused(pieces):
    try:
        render("{{ " + " ".join(pieces))
        render("".join(pieces))
    except TemplateError:
        pass


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(_ANY, max_size=3))
def test_any_arguments_are_taken_or_refused(name, arguments):
    values = {f"v{index}": value for index, value in enumerate(arguments)}
    with contextlib.suppress(TemplateError):
        render("{{ " + name + "".join(f" .Values.{key}" for key in values) + " }}", values)


def test_a_chart_that_another_component_builds_on_stays_its_own(repo, survey_scopes):
    chart = {path.replace("chart/", "a/", 1): text for path, text in CHART.items()}
    parent = {
        "b/Chart.yaml": "apiVersion: v2\nname: b\ndependencies: [{name: shop, repository: 'file://../a'}]\n",
        "b/values.yaml": "shop: {replicaCount: 7}\n",
    }
    scopes = survey_scopes(repo({**chart, **parent}))
    replicas = {
        path: [item["replicas"] for part in READER.read(scope) if isinstance(part, Found) for item in part.value]
        for path, scope in scopes.items()
    }
    assert replicas == {"a": [2], "b": [7]}
