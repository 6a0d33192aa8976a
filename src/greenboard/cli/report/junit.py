"""The report as JUnit XML: a suite for each entity, a case for each rule. What is undecided is skipped."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from greenboard.cli.report.content import Judged, Report, read
from greenboard.results.types import Result
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """One XML document."""
    root = ET.Element("testsuites", name=_clean(report.scorecard.title))
    for judged in report.entities:
        root.append(_suite(report, judged))
    if report.skipped:
        notes = "\n".join(f"{path}: {reason}" for path, reason in report.skipped)
        suite = ET.SubElement(root, "testsuite", name="skipped", tests="0")
        ET.SubElement(suite, "system-err").text = _clean(notes)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(report: Report, judged: Judged) -> ET.Element:
    results = report.results(judged)
    outcomes = [result.outcome for _, result in results if not result.exempt]
    exempt = sum(result.exempt for _, result in results)
    suite = ET.Element(
        "testsuite",
        name=_clean(str(judged.judgement.ref)),
        tests=str(len(results)),
        failures=str(outcomes.count(Outcome.FAIL)),
        errors=str(outcomes.count(Outcome.ERROR)),
        skipped=str(exempt + sum(part in (Outcome.NO_DATA, Outcome.NOT_APPLICABLE) for part in outcomes)),
        timestamp=report.now.strftime("%Y-%m-%dT%H:%M:%S"),
    )
    for rule, result in results:
        suite.append(_case(judged, rule, result))
    return suite


def _case(judged: Judged, rule: Rule, result: Result) -> ET.Element:
    case = ET.Element(
        "testcase",
        name=_clean(f"{rule.item} {rule.title}"),
        classname=_clean(f"{judged.judgement.ref}.{rule.dimension}"),
    )
    evidence = "\n".join(f"{read(part)} ({part.source})" for part in result.evidence)
    if result.exempt or result.outcome in (Outcome.NO_DATA, Outcome.NOT_APPLICABLE):
        ET.SubElement(case, "skipped", message=_clean("exempt" if result.exempt else result.message))
    elif result.outcome in (Outcome.FAIL, Outcome.ERROR):
        name = "failure" if result.outcome is Outcome.FAIL else "error"
        said = ET.SubElement(case, name, message=_clean(result.message), type=rule.id)
        said.text = _clean(f"{evidence}\n{result.fix}".strip())
    return case


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold."""
    return _FORBIDDEN.sub("�", text)
