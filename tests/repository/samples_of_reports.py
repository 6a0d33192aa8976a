"""One small valid report of each format, made for the tests."""

COBERTURA = """<?xml version="1.0"?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage line-rate="0.75" branch-rate="0.5" lines-covered="3" lines-valid="4" timestamp="1795000000">
 <packages><package name="shop"><classes><class name="cart" filename="cart.py"><lines>
  <line number="1" hits="1"/><line number="2" hits="4" branch="true" condition-coverage="50% (1/2)"/>
  <line number="3" hits="0"/><line number="4" hits="1"/>
 </lines></class></classes></package></packages>
</coverage>
"""
JACOCO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">
<report name="shop"><sessioninfo id="a" start="1795000000000" dump="1795000001000"/>
<package name="org/shop"><sourcefile name="Cart.java"><line nr="1" mi="0" ci="3" mb="0" cb="0"/></sourcefile></package>
<counter type="BRANCH" missed="1" covered="3"/><counter type="LINE" missed="2" covered="8"/></report>
"""
LCOV = "TN:\nSF:src/a.js\nDA:1,1\nDA:2,0\nBRDA:1,0,0,1\nBRDA:1,0,1,-\nend_of_record\nSF:src/b.js\nDA:1,5\nDA:2,1\nend_of_record\n"
COVERAGE_PY = (
    '{"meta": {"format": 3, "version": "7.6", "timestamp": "2026-11-22T10:00:00", "branch_coverage": true},'
    ' "files": {"a.py": {"executed_lines": [1]}},'
    ' "totals": {"covered_lines": 9, "num_statements": 10, "covered_branches": 1, "num_branches": 4}}'
)
ISTANBUL = '{"total": {"lines": {"total": 10, "covered": 7}, "branches": {"total": 2, "covered": 1}}, "/a.js": {}}'
GO = "mode: set\nshop/cart.go:3.1,5.2 3 1\nshop/cart.go:7.1,8.2 1 0\n"
JUNIT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4"><testsuite name="cart" tests="4" timestamp="2026-11-22T10:00:00Z">
 <testcase name="a"/><testcase name="b"><failure message="no"/></testcase>
 <testcase name="c"><error/></testcase><testcase name="d"><skipped/></testcase>
</testsuite></testsuites>
"""
SARIF = """{"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [{
 "tool": {"driver": {"name": "CodeQL", "rules": [
   {"id": "sql", "properties": {"security-severity": "9.8"}}, {"id": "log", "properties": {"security-severity": "5.0"}}]}},
 "invocations": [{"executionSuccessful": true, "endTimeUtc": "2026-11-22T10:00:00Z"}],
 "results": [
   {"ruleId": "sql", "message": {"text": "x"}},
   {"ruleId": "sql", "message": {"text": "x"}, "suppressions": [{"kind": "inSource"}]},
   {"ruleId": "log", "message": {"text": "x"}}]}]}
"""
CYCLONEDX = """{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"timestamp": "2026-11-22T10:00:00Z"},
 "components": [
  {"type": "library", "name": "a", "purl": "pkg:npm/a", "licenses": [{"license": {"id": "MIT"}}]},
  {"type": "library", "name": "b", "licenses": [{"expression": "Apache-2.0 OR MIT"}],
   "components": [{"type": "library", "name": "c", "purl": "pkg:npm/%40acme/ui@1.0.0"}]}]}
"""
CYCLONEDX_XML = """<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1"><metadata><timestamp>2026-11-22T10:00:00Z</timestamp></metadata>
<components><component type="library"><name>a</name><licenses><license><id>MIT</id></license></licenses></component>
<component type="library"><name>b</name><purl>pkg:npm/%40acme/ui@1.0.0</purl></component></components></bom>
"""
SPDX = """{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "creationInfo": {"created": "2026-11-22T10:00:00Z"},
 "documentDescribes": ["SPDXRef-shop"], "packages": [
  {"SPDXID": "SPDXRef-shop", "name": "shop", "licenseConcluded": "NOASSERTION"},
  {"SPDXID": "SPDXRef-a", "name": "a", "licenseConcluded": "NOASSERTION", "licenseDeclared": "MIT",
   "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/%40acme/ui@1.0.0"}, {"referenceType": "cpe23Type"}]},
  {"SPDXID": "SPDXRef-b", "name": "b", "licenseConcluded": "NONE", "licenseDeclared": "NOASSERTION"}]}
"""
SPDX_TAGS = """SPDXVersion: SPDX-2.3
SPDXID: SPDXRef-DOCUMENT
Created: 2026-11-22T10:00:00Z
PackageName: shop
SPDXID: SPDXRef-shop
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-shop
PackageName: a
SPDXID: SPDXRef-a
ExternalRef: PACKAGE-MANAGER purl pkg:npm/%40acme/ui@1.0.0
PackageLicenseConcluded: NOASSERTION
PackageLicenseDeclared: MIT
PackageComment: <text>two
lines</text>
"""
K6 = """{"metrics": {"http_reqs": {"count": 1000, "rate": 50.5},
 "http_req_duration": {"avg": 10, "p(95)": 120.5, "thresholds": {"p(95)<200": false}},
 "http_req_failed": {"passes": 10, "fails": 990, "value": 0.01}}, "root_group": {"name": ""}}
"""
JMETER = (
    "timeStamp,elapsed,label,success\n1795000000000,100,a,true\n1795000000500,300,a,false\n1795000002000,200,a,true\n"
)
LOCUST = "Type,Name,Request Count,Failure Count,Requests/s,95%\nGET,/,10,1,2.5,80\n,Aggregated,10,1,2.5,80\n"
AXE = (
    '{"testEngine": {"name": "axe-core"}, "timestamp": "2026-11-22T10:00:00Z", "violations": ['
    '{"id": "a", "impact": "critical", "nodes": []}, {"id": "b", "impact": "serious", "nodes": []},'
    ' {"id": "c", "impact": "serious", "nodes": []}]}'
)
LIGHTHOUSE = """{"lighthouseVersion": "12.0", "fetchTime": "2026-11-22T10:00:00Z",
 "finalDisplayedUrl": "https://shop.example.com/",
 "categories": {"accessibility": {"score": 0.92}, "performance": {"score": 0.81}},
 "audits": {"largest-contentful-paint": {"numericValue": 1900.5}, "total-blocking-time": {"numericValue": 120},
  "cumulative-layout-shift": {"numericValue": 0.04}}}
"""
TRIVY = """{"SchemaVersion": 2, "CreatedAt": "2026-11-22T10:00:00.123456789Z", "ArtifactName": "shop:4",
 "ArtifactType": "container_image", "Results": [
 {"Target": "shop:4 (debian 13)", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": [
   {"VulnerabilityID": "CVE-1", "PkgName": "a", "Severity": "CRITICAL", "FixedVersion": "2"},
   {"VulnerabilityID": "CVE-2", "PkgName": "b", "Severity": "CRITICAL"},
   {"VulnerabilityID": "CVE-3", "PkgName": "b", "Severity": "LOW"}]},
 {"Target": "package-lock.json", "Class": "lang-pkgs", "Type": "npm"},
 {"Target": "Dockerfile", "Class": "config", "Misconfigurations": [
   {"ID": "DS1", "Severity": "HIGH", "Status": "FAIL"}, {"ID": "DS2", "Severity": "HIGH", "Status": "PASS"}]}]}
"""
GRYPE = """{"matches": [
 {"vulnerability": {"id": "CVE-1", "severity": "Critical", "fix": {"versions": ["2"], "state": "fixed"},
   "knownExploited": [{"cve": "CVE-1"}]}, "artifact": {"name": "a", "version": "1"}},
 {"vulnerability": {"id": "CVE-2", "severity": "Negligible", "fix": {"state": "wont-fix"}}, "artifact": {"name": "b"}}],
 "source": {"type": "directory", "target": "."},
 "descriptor": {"name": "grype", "version": "0.90", "timestamp": "2026-11-22T10:00:00Z"}}
"""
OSV = """{"results": [{"source": {"path": "go.mod", "type": "lockfile"}, "packages": [
 {"package": {"name": "a", "version": "1", "ecosystem": "Go"}, "vulnerabilities": [{"id": "GO-1"}, {"id": "CVE-1"}],
  "groups": [{"ids": ["GO-1", "CVE-1"], "max_severity": "9.8"}, {"ids": ["GO-2"], "max_severity": "5.3"}]}]}],
 "experimental_config": {"licenses": {"summary": false}}}
"""
SCORECARD = """{"date": "2026-11-22T10:00:00Z", "repo": {"name": "github.com/acme/shop", "commit": "4f0c1d2"},
 "scorecard": {"version": "v5.1.1", "commit": "unknown"}, "score": 7.4, "checks": [
 {"name": "Token-Permissions", "score": 10, "reason": "tokens are read-only"},
 {"name": "Packaging", "score": -1, "reason": "no packaging workflow"}]}
"""
GATLING = """{"type": "GROUP", "name": "All Requests", "stats": {"name": "All Requests",
 "numberOfRequests": {"total": "1,000", "ok": "990", "ko": "10"}, "percentiles3": {"total": "180", "ok": "170", "ko": "-"},
 "meanNumberOfRequestsPerSecond": {"total": "33.3", "ok": "33", "ko": "0.3"}}, "contents": {}}
"""
PLAN = """{"format_version": "1.2", "terraform_version": "1.9.8", "planned_values": {"root_module": {
 "resources": [
  {"address": "aws_db_instance.orders", "mode": "managed", "type": "aws_db_instance", "name": "orders", "values":
   {"storage_encrypted": true, "publicly_accessible": false, "multi_az": true, "backup_retention_period": 14,
    "deletion_protection": true, "engine_version": "16.4", "password": "hunter2", "tags": {"team": "payments"}}},
  {"address": "data.aws_caller_identity.me", "mode": "data", "type": "aws_caller_identity", "name": "me"}],
 "child_modules": [{"address": "module.net", "resources": [
  {"address": "module.net.aws_security_group.admin", "mode": "managed", "type": "aws_security_group", "name": "admin",
   "values": {"ingress": [{"cidr_blocks": ["0.0.0.0/0"], "from_port": 22, "to_port": 22, "protocol": "tcp"}]}}]}]}},
 "resource_drift": [{"address": "aws_db_instance.orders"}],
 "resource_changes": [{"address": "aws_db_instance.orders", "change": {"after_unknown": {"arn": true}}}],
 "timestamp": "2026-11-22T10:00:00Z"}
"""
MANIFESTS = """apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - {name: cart, image: "cart:4", readinessProbe: {httpGet: {port: 80}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart}
spec: {minAvailable: 1, selector: {matchLabels: {app: cart}}}
"""
CUSTOM = """{"tool": "costs", "observed_at": "2026-11-22T10:00:00Z", "facts": {
 "coverage": {"line_pct": 81.5}, "slo": [{"name": "orders", "target_pct": 99.9}]}}
"""

ALL = {
    "coverage.xml": COBERTURA,
    "jacoco.xml": JACOCO,
    "lcov.info": LCOV,
    "coverage.json": COVERAGE_PY,
    "coverage-summary.json": ISTANBUL,
    "cover.out": GO,
    "junit.xml": JUNIT,
    "codeql.sarif": SARIF,
    "bom.json": CYCLONEDX,
    "bom.xml": CYCLONEDX_XML,
    "sbom.spdx.json": SPDX,
    "sbom.spdx": SPDX_TAGS,
    "k6-summary.json": K6,
    "results.jtl": JMETER,
    "shop_stats.csv": LOCUST,
    "axe.json": AXE,
    "lighthouse.json": LIGHTHOUSE,
    "trivy.json": TRIVY,
    "grype.json": GRYPE,
    "osv.json": OSV,
    "scorecard.json": SCORECARD,
    "stats.json": GATLING,
    "tfplan.json": PLAN,
}
"""Reports by the name under which they are found."""
SENT = {"manifests.yaml": MANIFESTS, "costs.json": CUSTOM}
"""Reports that are sent, but not looked for."""
FORMATS = {
    "coverage.xml": "cobertura",
    "jacoco.xml": "jacoco",
    "lcov.info": "lcov",
    "coverage.json": "coverage.py",
    "coverage-summary.json": "istanbul",
    "cover.out": "go-cover",
    "junit.xml": "junit",
    "codeql.sarif": "sarif",
    "bom.json": "cyclonedx",
    "bom.xml": "cyclonedx-xml",
    "sbom.spdx.json": "spdx",
    "sbom.spdx": "spdx-tags",
    "k6-summary.json": "k6",
    "results.jtl": "jmeter",
    "shop_stats.csv": "locust",
    "axe.json": "axe",
    "lighthouse.json": "lighthouse",
    "trivy.json": "trivy",
    "grype.json": "grype",
    "osv.json": "osv-scanner",
    "scorecard.json": "scorecard",
    "stats.json": "gatling",
    "tfplan.json": "terraform-plan",
    "manifests.yaml": "kubernetes",
    "costs.json": "custom",
}
"""The format of each of them."""
