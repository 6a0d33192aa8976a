"""Attestations in the browser without a browser: the form made of the policy, evidence, and who may what."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.attestations import cast
from tests.attestations.cast import OTHER, SERVICE

from greenboard.access.models import Grant, Person
from greenboard.attestations import files
from greenboard.attestations.models import Attestation, Evidence, File, Opening, Upload
from greenboard.core import clock

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture(autouse=True)
def company():  # type: ignore[no-untyped-def]
    cast.declared()


def client(acting) -> Client:  # type: ignore[no-untyped-def]
    found = Client()
    found.force_login(Person.objects.get(pk=acting.person.pk))
    return found


@pytest.fixture
def ada() -> Client:
    return client(cast.person("ada"))


def day(ago: int = 3) -> str:
    return str((clock.now() - timedelta(days=ago)).date())


def form(**more: object) -> dict[str, object]:
    told = {
        "entity": str(SERVICE), "item": "REL.3", "statement": "It was restored.", "answer.restored_on": day(),
        "answer.minutes": "40", "answer.compared": "by counts", "link": ["https://wiki.example.com/restore"],
    }  # fmt: skip
    return {**told, **more}


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_from_the_red_result_to_the_attestation_with_a_file(ada: Client) -> None:
    asked = ada.get(f"/attestations/new?entity={SERVICE}&item=REL.3").content.decode()
    assert re.search(r'type="date"[^>]*max="' + day(0), asked)
    assert "by counts" in asked
    assert 'enctype="multipart/form-data"' in asked
    answer = ada.post("/attestations/new", form(file=upload("restore.png", PNG)))
    row = Attestation.objects.get()
    assert answer.headers["Location"] == f"/attestations/{row.pk}"
    page = ada.get(f"/attestations/{row.pk}").content.decode()
    assert "restore.png" in page
    assert hashlib.sha256(PNG).hexdigest()[:12] in page
    assert "How many minutes did it take?" in page
    assert "ada attested it" in page
    assert (
        "REL.3"
        in ada.get(f"/attestations?item=REL.3&state=holds&ending=&team=payments&entity={SERVICE}").content.decode()
    )
    assert "REL.3" in ada.get("/entities/service/default/checkout").content.decode()


def test_a_file_is_given_out_to_be_kept_and_never_shown(ada: Client) -> None:
    ada.post("/attestations/new", form(file=upload("../../etc/x.png", PNG)))
    piece = Evidence.objects.get(kind="file")
    assert piece.text == "x.png"
    answer = ada.get(f"/attestations/{piece.attestation_id}/files/{piece.pk}")
    assert answer.content == PNG
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="x.png"')
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


HTML = b"<!DOCTYPE html><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("page.png", HTML, "begins like HTML"),
        ("page.html", HTML, "begins like HTML"),
        ("drawing.svg", b"<svg xmlns='x' onload='alert(1)'/>", "begins like HTML"),
        ("drawing.txt", b"\n <?xml version='1.0'?><svg/>", "begins like HTML"),
        ("report.pdf", PNG, "its name does not say"),
        ("run.exe", b"MZ\x90\x00\x03", "not taken"),
        ("notes.html", b"just words", "its name does not say"),
        ("nothing.txt", b"", "empty"),
        ("large.txt", b"a" * (11 * 2**20), "too large"),
    ],
)
def test_what_a_file_is_its_bytes_say_and_markup_is_refused(ada: Client, name: str, content: bytes, why: str) -> None:
    answer = ada.post("/attestations/new", form(file=upload(name, content)))
    assert answer.status_code in (400, 413)
    assert why in answer.content.decode()
    assert (Attestation.objects.count(), File.objects.count()) == (0, 0)


def test_a_form_that_is_longer_than_any_body_may_be_is_refused_before_it_is_read(ada: Client) -> None:
    answer = ada.generic("POST", "/attestations/new", "x", content_type="text/plain", CONTENT_LENGTH=str(10**12))
    assert answer.status_code == 413
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_zip_is_kept_as_it_is_and_never_opened(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros", b"\0" * 20_000_000)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    ada.post("/attestations/new", form(file=upload("bomb.zip", packed.getvalue())))
    assert File.objects.get().size == len(packed.getvalue()) < 100_000


def test_the_same_file_is_kept_once_and_what_nobody_uses_is_forgotten(ada: Client) -> None:
    for name in ("one.png", "two.png"):
        ada.post("/attestations/new", form(file=upload(name, PNG)))
    assert File.objects.count() == 1
    assert Evidence.objects.filter(kind="file").count() == 2
    files.keep(io.BytesIO(b"words"), "lost.txt", "ada", clock.now())
    files.forget(clock.now() + timedelta(days=1))
    assert (File.objects.count(), Upload.objects.count()) == (1, 0)


def test_a_refused_form_keeps_the_file_and_another_person_cannot_take_it(ada: Client) -> None:
    refused = ada.post("/attestations/new", form(file=upload("restore.png", PNG), **{"answer.minutes": "many"}))
    assert refused.status_code == 400
    assert "a number of at least 0" in refused.content.decode()
    number = Upload.objects.get().pk
    assert f'name="upload" value="{number}" checked' in refused.content.decode()
    eve = client(cast.person("eve"))
    assert eve.post("/attestations/new", form(upload=number)).status_code == 404
    ada.post("/attestations/new", form(upload=number))
    assert Evidence.objects.filter(kind="file").count() == 1


def test_only_fields_of_the_form_are_read(ada: Client) -> None:
    ada.post("/attestations/new", form(given_by="root", state="holds", confirmed_by="root", settled_at="2020-01-01",
                                       version="9", expires_at="2099-01-01", until=day(-7)))  # fmt: skip
    row = Attestation.objects.get()
    assert (row.given_by, row.confirmed_by, row.version) == ("ada", "", 2)
    assert row.expires_at.date() == (clock.now() + timedelta(days=8)).date()


def test_what_is_of_others_is_not_found(ada: Client) -> None:
    row = cast.give(cast.person("olga", team=cast.OTHERS), entity=OTHER, at=clock.now() - timedelta(hours=1),
                    answers={**cast.ANSWERS["COD.4"], "last_run": day()})  # fmt: skip
    Grant.objects.all().delete()
    eve = client(cast.person("eve", scope=str(SERVICE)))
    for path in ("", "/files/1"):
        assert eve.get(f"/attestations/{row.pk}{path}").status_code == 404
    for what in ("confirm", "refuse", "revoke"):
        assert eve.post(f"/attestations/{row.pk}/{what}", {"version": 1, "reason": "x"}).status_code == 404
    assert eve.get(f"/attestations/new?renews={row.pk}").status_code == 404
    assert eve.get(f"/attestations/new?entity={OTHER}&item=REL.3").status_code == 404
    assert eve.post("/attestations/new", form(entity=str(OTHER))).status_code == 404
    assert "ledger" not in eve.get("/attestations").content.decode()


def test_a_second_person_confirms_and_who_comes_late_is_told(ada: Client) -> None:
    bob = client(cast.person("bob", team=None, role="maintainer"))
    told = {"item": "SEC.2", "answer.auditor": "Careful Ltd", "answer.ended_on": day(), "answer.open": "0"}
    ada.post("/attestations/new", form(**told))
    row = Attestation.objects.get()
    assert "somebody with the role maintainer" in ada.get(f"/attestations/{row.pk}").content.decode()
    assert ada.post(f"/attestations/{row.pk}/confirm", {"version": row.version}).status_code == 403
    assert "To confirm" in bob.get("/mine").content.decode()
    assert bob.post(f"/attestations/{row.pk}/confirm", {"version": row.version}).status_code == 302
    late = ada.post(f"/attestations/{row.pk}/revoke", {"version": row.version, "reason": "mistaken"})
    assert late.status_code == 409
    assert "Bob confirmed attestation" in late.content.decode()
    assert Attestation.objects.get().state == "holds"


def test_an_administrator_opens_the_register_and_what_nobody_attests_fails(ada: Client) -> None:
    root = Client()
    root.force_login(Person.objects.create_superuser("root", password="a long password"))
    assert cast.listed() is None
    assert ada.post("/attestations/register/open", {"item": "all"}).status_code == 403
    assert root.post("/attestations/register/open", {"item": "DOC.3"}).status_code == 302
    assert cast.listed() == cast.listed(OTHER) == {}
    assert root.post("/attestations/register/open", {"item": "DOC.3"}).status_code == 409
    assert "open since" in root.get("/attestations").content.decode()
    assert root.post("/attestations/register/close", {"item": "DOC.3"}).status_code == 302
    assert cast.listed() is None
    assert Opening.objects.get().closed_by == "root"


def test_renewing_begins_with_what_stays_true(ada: Client) -> None:
    ada.post("/attestations/new", form(role="Head of operations"))
    first = Attestation.objects.get()
    asked = ada.get(f"/attestations/new?renews={first.pk}").content.decode()
    assert 'value="Head of operations"' in asked
    assert 'value="40"' in asked
    ada.post("/attestations/new", {**form(), "renews": first.pk})
    assert f"Renewed as {first.pk + 1}" in ada.get(f"/attestations/{first.pk}").content.decode()
