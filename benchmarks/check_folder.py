"""`greenboard check` on a folder of 100 repositories made for the purpose. One JSON object as the last line.

Each repository holds a few hundred files of a typical service: code, tests, pipelines, manifests, docs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = Path(sys.executable).with_name("greenboard")
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {{name: svc-{n}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: svc-{n}}}}}
  template:
    metadata: {{labels: {{app: svc-{n}}}}}
    spec:
      containers:
        - name: app
          image: example.org/svc-{n}:1.{n}
          resources: {{requests: {{cpu: 100m, memory: 64Mi}}, limits: {{memory: 128Mi}}}}
"""


def write(folder: Path, path: str, text: str) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def make(folder: Path, number: int, files: int) -> None:
    """One repository with one commit."""
    folder.mkdir()
    write(folder, "README.md", f"# svc-{number}\n\nWhat it does, how to run it.\n\n## Run\n\n`make run`\n")
    write(folder, "go.mod", f"module example.org/svc-{number}\n\ngo 1.22\n\nrequire golang.org/x/text v0.14.0\n")
    write(folder, "go.sum", "golang.org/x/text v0.14.0 h1:x=\n")
    write(folder, "main.go", "package main\n\nfunc main() {}\n")
    write(folder, "CODEOWNERS", "* @example/payments\n")
    write(folder, "Dockerfile", "FROM golang:1.22\nUSER 1000\n")
    write(folder, "k8s/deployment.yaml", DEPLOYMENT.format(n=number, replicas=number % 4))
    workflow = (
        "on: [push, pull_request]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: go test ./...\n"
    )
    write(folder, ".github/workflows/ci.yaml", workflow)
    for index in range(files):
        write(folder, f"pkg/part{index % 20}/file{index}.go", f"package part{index % 20}\n")
        if index % 4 == 0:
            write(folder, f"pkg/part{index % 20}/file{index}_test.go", f"package part{index % 20}\n")
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.org",
    }
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run(["git", "-C", str(folder), *command], check=True, env={**os.environ, **identity})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repositories", type=int, default=100)
    parser.add_argument("--files", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="greenboard-folder-") as folder:
        for number in range(asked.repositories):
            make(Path(folder) / f"svc-{number}", number, asked.files)
        began = time.perf_counter()
        done = subprocess.run([COMMAND, "check", folder, "--format", "json"], capture_output=True, check=False)
        seconds = time.perf_counter() - began
    if done.returncode not in (0, 1):
        sys.exit(done.stderr.decode())
    entities = json.loads(done.stdout)["entities"]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "repositories": asked.repositories,
                "entities": len(entities),
                "seconds": round(seconds, 2),
                "peak_mib": round(peak),
            }
        )
    )


if __name__ == "__main__":
    main()
