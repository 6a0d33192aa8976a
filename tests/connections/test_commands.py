"""The commands that work on folders of integrations, as people call them."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import yaml
from click.testing import CliRunner

from greenboard.cli.integration import check, new, record, run
from greenboard.connections import schema
from greenboard.connections.integration import SHIPPED
from greenboard.core import content
from greenboard.core.errors import UserError

ANSWERS = {
    "/services": {"services": [{"id": "S1", "name": "checkout", "policy_id": "P1", "api_token": "s3cr3t-of-theirs"}]},
    "/policies": {"policies": [{"id": "P1", "steps": [{}, {}, {}], "note": "our key is t0ken-of-ours"}]},
}


@pytest.fixture
def tool():
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(ANSWERS[self.path.partition("?")[0]]).encode()
            self.send_response(200 if self.headers["Authorization"] == "Bearer t0ken-of-ours" else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answering) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_port}"
        finally:
            running.shutdown()
            thread.join()


@pytest.fixture
def call(monkeypatch):
    monkeypatch.setenv("GREENBOARD_OUTBOUND_ALLOW", "127.0.0.1")
    monkeypatch.setenv("INTEGRATION_SECRET_TOKEN", "t0ken-of-ours")
    monkeypatch.delenv("GREENBOARD_SPECS", raising=False)

    def invoke(command, *arguments):
        return CliRunner().invoke(
            command, [str(one) for one in arguments], catch_exceptions=False, standalone_mode=False
        )

    return invoke


def test_a_new_integration_is_well_reads_a_tool_and_records_it(call, tool, tmp_path):
    call(new.command, "acme", "--in", tmp_path)
    folder = tmp_path / "acme"
    told = call(check.command, folder)
    assert told.return_value == 0, told.output
    told = call(run.command, folder, "--dry-run", "--set", f"url={tool}")
    assert 'oncall: {"linked": true, "escalation_levels": 3}' in told.output
    call(record.command, folder, "--set", f"url={tool}", "--to", folder / "recordings" / "real.yaml")
    text = (folder / "recordings" / "real.yaml").read_text()
    assert "s3cr3t-of-theirs" not in text
    assert "t0ken-of-ours" not in text
    assert yaml.safe_load(text)["expect"] == [
        {"type": "oncall", "about": "S1", "value": {"linked": True, "escalation_levels": 3}}
    ]
    told = call(check.command, folder)
    assert told.return_value == 0, told.output


def test_a_mistake_is_told_with_its_place(call, tmp_path):
    call(new.command, "acme", "--in", tmp_path)
    path = tmp_path / "acme" / "integration.yaml"
    path.write_text(path.read_text().replace("escalation_levels:", "escalation_levelz:"))
    told = call(check.command, tmp_path / "acme")
    assert told.return_value == 1
    assert "integration.yaml:47:7: facts.0.map.escalation_levelz: unknown field of oncall" in told.output
    assert "Did you mean 'escalation_levels'?" in told.output


def test_what_is_missing_to_connect_is_told(call):
    with pytest.raises(UserError) as refused:
        call(run.command, SHIPPED / "pagerduty", "--dry-run")
    assert "API access key is needed: INTEGRATION_SECRET_KEY" in str(refused.value)


def test_nothing_is_overwritten(call, tmp_path):
    call(new.command, "acme", "--in", tmp_path)
    with pytest.raises(UserError):
        call(new.command, "acme", "--in", tmp_path)


def test_the_schema_of_manifests_is_current():
    assert content.library("schemas", schema.NAME).read_text() == schema.text()
