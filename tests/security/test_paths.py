"""Names that lead out of their folder, and small files that are large ones inside."""

import json
import struct
import zipfile

import pytest
from django.test import Client
from tests.api.conftest import administrator, company  # noqa: F401 - fixtures

from greenboard.catalog.following import follow
from greenboard.core.errors import UserError
from greenboard.project.portable import loading, manifest, shelves
from greenboard.project.portable.manifest import Content, Manifest

OUT = ["../../settings.py", "..%2f..%2fsettings.py", "%2e%2e/%2e%2e/project/settings.py", "..\\..\\settings.py",
       "....//....//settings.py", "/etc/passwd", "%2fetc%2fpasswd", "..%00/settings.py", "..%c0%af..%c0%afetc/passwd"]  # fmt: skip


@pytest.mark.parametrize("path", OUT)
def test_no_address_leads_to_a_file_of_the_machine(administrator, path):  # noqa: F811
    for prefix in ("static/", "static/greenboard/", "entities/service/default/", "fact-types/", "scorecards/", "",
                   "api/v1/fact-types/", "api/v1/scorecards/"):  # fmt: skip
        answer = administrator.client.get(f"/{prefix}{path}")
        assert answer.status_code in (302, 400, 404, 422), (prefix, path)
        assert b"SECRET_KEY" not in answer.content
        assert b"root:" not in answer.content


def test_a_descriptor_names_no_file_outside_of_its_tree():
    asked = []

    def text(path):
        asked.append(path)
        return json.dumps({
            "apiVersion": "backstage.io/v1alpha1", "kind": "Location", "metadata": {"name": "x"},
            "spec": {"targets": ["../../etc/passwd", "/etc/passwd", "./../secret.yaml", "file:///etc/passwd"]},
        })  # fmt: skip

    found, _ = follow(["catalog-info.yaml"], text, ["catalog-info.yaml"])
    assert asked == ["catalog-info.yaml"]
    assert found.entities == ()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "..\\x"])
def test_a_backup_names_no_file_outside_of_itself(tmp_path, name):
    (tmp_path / "secret.jsonl").write_text("{}\n")
    told = Manifest(1, "1", "2026-11-26T00:00:00Z", "sqlite", (), {name: Content(1, "0" * 64)}, ())
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / manifest.NAME).write_bytes(told.text())
    with pytest.raises(UserError, match="not a name of a table"), shelves.opened(tmp_path / "backup") as files:
        loading.restore(files, lambda _: None)


def test_an_archive_that_is_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(shelves, "LARGE", 10**6)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(manifest.NAME, b"\0" * 10**7)
    with pytest.raises(UserError, match="unpacks to"), shelves.opened(path):
        pass


def test_a_manifest_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "LARGEST_MANIFEST", 100)
    (tmp_path / manifest.NAME).write_text("x" * 1000)
    with pytest.raises(UserError, match="too large"):
        loading.restore(tmp_path, lambda _: None)


def test_an_archive_that_lies_about_its_size_is_damaged(tmp_path):
    path = tmp_path / "lie.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(manifest.NAME, b"\0" * 10**6)
    raw = bytearray(path.read_bytes())
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 10)
    path.write_bytes(bytes(raw))
    with pytest.raises(UserError), shelves.opened(path) as files:
        loading.restore(files, lambda _: None)


def test_a_body_beyond_its_bound_is_not_read(settings, db):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert Client().post("/sign-in", {"username": "x" * 5000}).status_code in (400, 413)
