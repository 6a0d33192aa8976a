"""The guide's examples work as they stand, and the committed description is that of the code."""

import hashlib
import hmac
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.api.test_refusals import problem

from greenboard.access.models import Grant, Role, Service
from greenboard.api import reference
from greenboard.core import clock
from greenboard.exemptions import types as exemption_types
from greenboard.hooks.models import Inlet
from greenboard.outbound import signing
from greenboard.reviews import types as review_types
from greenboard.scaffolds.types import Landing

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "api.md").read_text(encoding="utf-8")
SHELL = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)


def test_the_committed_description_is_current():
    written = (DOCS / "openapi.json").read_text(encoding="utf-8")
    assert written == reference.text(), "run: .venv/bin/greenboard api schema > docs/openapi.json"


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("openssl"), reason="no curl or openssl here")
def test_every_example_of_the_guide_does_what_it_says(server, token, tmp_path):
    service = Service.objects.create(name="ci", created_at=clock.now())
    Grant.objects.create(role=Role.objects.get(name="maintainer"), service=service, created_at=clock.now())
    Inlet.objects.create(name="ci", service=service, secret="shared", created_at=clock.now())
    binaries = Path(sys.executable).parent
    root = Path(__file__).parents[2]
    given = {
        "GREENBOARD_URL": server,
        "GREENBOARD_TOKEN": token,
        "INLET_SECRET": "shared",
        "PYTHONPATH": str(root / "src"),
    }
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GREENBOARD_", "DJANGO_"))}
    assert len(SHELL) > 7
    for example in SHELL:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", example],
            cwd=tmp_path,
            env={**kept, **given, "PATH": f"{binaries}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{example}\n{done.stdout}\n{done.stderr}"


def test_the_receiver_of_the_guide_tells_our_messages_from_others():
    names: dict = {"hashlib": hashlib, "hmac": hmac}
    exec(PYTHON[0], names)
    body = b'{"event": "level.changed"}'
    headers = {"Greenboard-Delivery": "7", "Greenboard-Signature": signing.sign("secret", b"7." + body, clock.now())}
    assert names["is_ours"]("secret", headers, body)
    assert not names["is_ours"]("secret", headers, body + b" ")
    assert not names["is_ours"]("other", headers, body)


def test_the_reference_is_a_page_without_anything_from_elsewhere(reader):
    answer = reader.client.get("/api/docs/")
    assert answer.status_code == 200
    text = answer.content.decode()
    for operation in ("push_bulk", "entities", "make_hook"):
        assert f'id="{operation}"' in text
    assert not re.search(r"<script[^>]*>[^<]|style=|src=\"http|href=\"http", text)
    assert reader.client.get("/api/docs/nothing").status_code == 404
    problem(reader.get("/api/docs/nothing"), 404)


def test_each_name_means_one_thing_though_several_packages_call_something_the_same():
    schemas = reference.document()["components"]["schemas"]
    assert schemas["ExemptionsState"]["enum"] == [state.value for state in exemption_types.State]
    assert schemas["ReviewsState"]["enum"] == [state.value for state in review_types.State]
    assert schemas["Landing"]["enum"] == [way.value for way in Landing]
    assert "State" not in schemas
