"""Count readiness approvals and questionnaires by other means than `greenboard review import`.

    python tools/keps.py PATH

PATH is a working tree of kubernetes/enhancements. Nothing of Greenboard is used: PyYAML reads approvals, regular
expressions over whole texts find questions. Prints a JSON object.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

import yaml

STAGES = ("alpha", "beta", "stable", "deprecated", "disabled", "removed")
SECTION = re.compile(
    r"^##[ \t]+Production Readiness Review Questionnaire[^\n]*\n(.*?)(?=^##?[ \t]|\Z)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
QUESTION = re.compile(r"^#{4,6}[ \t]+\S.*$|^[ \t]*[-*][ \t]+\*\*[^*\n]+\?[ \t]*\*\*.*$", re.MULTILINE)
NOISE = re.compile(r"<!--.*?-->|^[ \t]*(```|~~~).*?^[ \t]*\1[^\n]*$", re.DOTALL | re.MULTILINE)


def approvals(root: Path) -> tuple[int, int, Counter[str], set[str], dict[int, list[str]]]:
    """How many files there are, how many name another number; approvals of the others, by whom, and of what."""
    stages, people, files, strange = Counter[str](), set[str](), 0, 0
    approved: dict[int, list[str]] = {}
    for path in root.glob("prod-readiness/*/*.yaml"):
        if path.parent.name == "template":
            continue
        files += 1
        told = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        if str(told.get("kep-number")) != path.stem.lstrip("0"):
            strange += 1
            continue
        for stage in STAGES:
            approver = (told.get(stage) or {}).get("approver")
            if approver:
                stages[stage] += 1
                people.add(approver.strip("@"))
                approved.setdefault(int(path.stem), []).append(f"{stage} {approver.strip('@')}")
    return files, strange, stages, people, approved


def questionnaires(root: Path) -> tuple[int, dict[int, int]]:
    """How many READMEs there are, and of those with a questionnaire how many questions it has, by enhancement."""
    files, asked = 0, dict[int, int]()
    for path in root.rglob("README.md"):
        if "NNNN-kep-template" in path.parts:
            continue
        files += 1
        section = SECTION.search(NOISE.sub("", path.read_text(encoding="utf-8")))
        found = len(QUESTION.findall(section[1])) if section else 0
        if found:
            asked[int(path.parent.name.partition("-")[0])] = found
    return files, asked


def main(folder: str) -> None:
    root = Path(folder) / "keps"
    files, strange, stages, people, approved = approvals(root)
    readmes, asked = questionnaires(root)
    told = {
        "approval_files": files,
        "strange": strange,
        "approvals": sum(stages.values()),
        "approvers": len(people),
        "readmes": readmes,
        "questionnaires": len(asked),
        "questions": sum(asked.values()),
        "stages": {name: stages[name] for name in STAGES if stages[name]},
        "enhancements": {number: [approved.get(number, []), asked.get(number, 0)] for number in {*approved, *asked}},
    }
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main(sys.argv[1])
