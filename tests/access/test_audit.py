"""The audit log: whole, in order, never changed; what was changed behind its back is found and named."""

import hashlib
import importlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests import installation

from greenboard.access import append_only, audit, chain, grants, origin
from greenboard.access.audit import Wanted
from greenboard.access.models import Entry
from greenboard.access.origin import Origin
from greenboard.core.errors import UserError

cast = importlib.import_module("tests.access.cast")
ADA = Origin("person", "ada", "page", "192.0.2.7", "0123456789abcdef")


@pytest.fixture
def three(db):
    return [audit.note(f"thing.{verb}", "thing:1", before={"n": verb}, by=ADA) for verb in ("made", "moved", "ended")]


def test_lines_are_numbered_and_chained(three):
    assert [line.number for line in Entry.objects.order_by("number")] == [1, 2, 3]
    assert three[0].previous == ""
    assert three[1].previous == three[0].digest
    found = audit.verify()
    assert (found.lines, found.last, found.digest, found.broken) == (3, 3, three[2].digest, None)


def test_an_empty_log_holds(db):
    assert audit.verify().broken is None


@pytest.mark.parametrize("column", [name for name in chain.COVERED if name not in ("number", "previous", "at")])
def test_a_changed_line_is_named_whatever_was_changed(three, column):
    Entry.objects.filter(number=2).update(**{column: "forged"})
    found = audit.verify()
    assert (found.broken.number, found.broken.why) == (2, "it was changed after it was written")
    assert found.lines == 1


def test_a_moved_moment_is_named(three):
    Entry.objects.filter(number=3).update(at=three[2].at - timedelta(days=1))
    assert audit.verify().broken.number == 3


def test_a_line_taken_out_is_named(three):
    Entry.objects.filter(number=2).delete()
    assert audit.verify().broken == chain.Break(3, "1 line before it is missing")


def test_the_first_lines_taken_out_are_named(three):
    Entry.objects.filter(number__lt=3).delete()
    assert audit.verify().broken == chain.Break(3, "2 lines before it are missing")


def test_a_line_changed_with_its_digest_breaks_the_next_one(three):
    Entry.objects.filter(number=2).update(target="forged")
    forged = Entry.objects.get(number=2)
    Entry.objects.filter(number=2).update(digest=chain.digest(vars(forged)))
    assert audit.verify().broken == chain.Break(3, "it does not follow the line before it")


def test_the_database_refuses_to_change_or_delete_lines(three):
    with transaction.atomic():
        append_only.create()
        for change in (lambda: Entry.objects.filter(number=1).update(actor="x"), Entry.objects.all().delete):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                change()
        append_only.drop()
    assert audit.verify().lines == 3


def test_a_restore_may_lift_that_within_its_transaction(three):
    append_only.create()
    with append_only.lifted():
        Entry.objects.all().delete()
    audit.note("x")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.all().delete()
    append_only.drop()


def test_what_is_undone_leaves_no_line_and_no_gap(db):
    audit.note("first")
    with transaction.atomic():
        audit.note("second")
        transaction.set_rollback(True)
    assert audit.note("third").number == 2
    assert audit.verify().broken is None


@pytest.mark.django_db
@given(
    st.text(),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        st.lists,
    ),
)
def test_any_text_and_any_json_is_kept_and_holds(target, value):
    with transaction.atomic():
        line = audit.note("any", target, after={"value": value}, by=Origin("stranger", target, "api", target, target))
        kept = Entry.objects.get(number=line.number)
        assert chain.digest(vars(kept)) == kept.digest
        assert json.loads(kept.after) == {"value": value}
        assert kept.target.isprintable()
        transaction.set_rollback(True)


def test_who_where_and_which_request_are_told(db, client):
    ada = cast.person("ada", is_superuser=True)
    client.force_login(ada)
    client.post(
        "/access/grants",
        {"role": "viewer", "to": "person", "name": "ada"},
        REMOTE_ADDR="192.0.2.9",
        headers={"X-Request-Id": "quoted-in-a-ticket"},
    )
    line = Entry.objects.get(action="grant.made")
    assert (line.actor_kind, line.actor, line.via) == ("person", "ada", "page")
    assert (line.address, line.request) == ("192.0.2.9", "quoted-in-a-ticket")
    assert json.loads(line.after) == {"role": "viewer", "to": "account:ada", "scope": "everything"}


def test_outside_of_requests_it_is_the_account_of_the_machine(db):
    line = audit.note("x")
    assert (line.actor_kind, line.via) == ("system", "cli")
    with origin.acting(Origin("system", "worker", "worker")):
        assert audit.note("y").actor == "worker"
    assert audit.note("z").actor == line.actor


def test_a_worker_is_named_as_one_in_each_of_its_threads(db, monkeypatch):
    monkeypatch.setattr(origin, "_ours", ["cli"])
    origin.become("worker")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(origin.current).result().via == "worker"
    assert audit.note("x").via == "worker"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.5", "192.0.2.9"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "10.9.9.9, 203.0.113.5", "203.0.113.5"),  # the left one is the client's own word
        (2, "10.9.9.9, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.9"),
        (1, "<script>", "192.0.2.9"),
        (1, "", "192.0.2.9"),
    ],
)
def test_behind_proxies_the_address_is_what_the_outermost_of_ours_saw(rf, settings, proxies, forwarded, address):
    settings.PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="192.0.2.9", headers={"X-Forwarded-For": forwarded})
    assert origin.client(request) == address


def test_sessions_are_told_begun_refused_and_ended(client, db):
    cast.person("ada")
    client.post("/sign-in", {"username": "ada", "password": "wrong"})
    client.post("/sign-in", {"username": "ada", "password": "a long password"})
    client.post("/sign-out")
    told = list(Entry.objects.order_by("number").values_list("action", "actor", "target", "after"))
    assert told == [
        ("session.refused", "", "account:ada", ""),
        ("session.begun", "ada", "account:ada", ""),
        ("session.ended", "ada", "account:ada", ""),
    ]


def test_a_refused_change_leaves_no_line(db):
    with pytest.raises(UserError):
        grants.make(grants.Wish("viewer", "person", "nobody"), cast.person("root", is_superuser=True), "root")
    assert not Entry.objects.exists()


def test_lines_are_found_by_actor_action_target_and_time(three):
    audit.note("other.made", "thing:2", by=Origin("person", "bob", "api"))
    at = three[1].at

    def numbers(**wanted):
        return [line.number for line in audit.search(Wanted(**wanted))]

    assert numbers(actor="ADA") == [3, 2, 1]
    assert numbers(action="thing.m") == [2, 1]
    assert numbers(target="thing:2") == [4]
    assert numbers(start=at, end=three[2].at) == [2]
    assert [line.number for line in audit.search(Wanted(), below=3)] == [2, 1]
    with pytest.raises(UserError, match="ends before it begins"):
        audit.search(Wanted(start=at, end=at))


def test_an_export_verifies_by_itself(three):
    lines = [*audit.lines(audit.search(Wanted()).order_by("number"))]
    told = [json.loads(chain.canonical(line)) for line in lines]
    assert chain.verify(told).broken is None
    for line in told:
        kept = line.pop("digest")
        text = json.dumps(line, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode("ascii")).hexdigest() == kept


@pytest.mark.slow
def test_two_who_note_at_once_make_one_chain(tmp_path):
    environment = {
        **installation.kept(),
        **installation.own(tmp_path),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    script = (
        "from greenboard.project import setup; setup.django(); setup.migrate()\n"
        "from greenboard.access import audit\n"
        "for n in range(20): audit.note('x', str(n))\n"
    )
    several = [subprocess.Popen([sys.executable, "-c", script], env=environment) for _ in range(2)]
    assert [one.wait(120) for one in several] == [0, 0]
    command = [sys.executable, "-m", "greenboard.project.main", "audit", "verify"]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("40 lines hold; the last is 40 with digest ")


@pytest.mark.slow
def test_the_command_names_the_first_broken_line(tmp_path):
    import sqlite3

    data, path = str(tmp_path), os.pathsep.join(sys.path)
    environment = {**installation.kept(), "GREENBOARD_DATA_DIR": data, "PYTHONPATH": path}
    command = [sys.executable, "-m", "greenboard.project.main"]
    for _ in range(2):
        subprocess.run([*command, "secrets", "rotate"], env=environment, check=True, capture_output=True)
    with sqlite3.connect(tmp_path / "greenboard.sqlite3") as database:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute("UPDATE access_entry SET actor = 'mallory' WHERE number = 2")
        database.execute("DROP TRIGGER access_entry_update")
        database.execute("UPDATE access_entry SET actor = 'mallory' WHERE number = 2")
    told = subprocess.run([*command, "audit", "verify"], env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "Broken at line 2: it was changed after it was written." in told.stderr


def test_the_page_and_the_exports_show_what_fits(three, client):
    client.force_login(cast.person("root", is_superuser=True))
    text = client.get("/audit?action=thing.moved").content.decode()
    assert "thing.moved" in text
    assert text.count('<th scope="row"') == 1
    rows = [json.loads(line) for line in b"".join(client.get("/audit.jsonl?actor=ada")).splitlines()]
    assert [row["action"] for row in rows] == ["thing.ended", "thing.moved", "thing.made"]
    table = b"".join(client.get("/audit.csv?actor=ada")).decode().splitlines()
    assert len(table) == 4
    assert table[0].startswith("number,at,actor_kind,actor,via")
    assert Entry.objects.filter(action="audit.exported").count() == 2
    assert client.get("/audit?start=never").status_code == 400
    assert client.get("/audit?below=x").status_code == 400


def test_the_page_goes_on_where_it_ended(db, client):
    for number in range(150):
        audit.note("x", str(number), by=ADA)
    client.force_login(cast.person("root", is_superuser=True))
    text = client.get("/audit?actor=ada").content.decode()
    assert "below=51" in text
    assert client.get("/audit?actor=ada&below=51").content.decode().count('<th scope="row"') == 50


def test_a_formula_in_a_name_stays_text_in_the_export(db, client):
    audit.note("x", "=1+1", by=Origin("person", "@sum", "page"))
    client.force_login(cast.person("root", is_superuser=True))
    assert "'=1+1" in b"".join(client.get("/audit.csv")).decode()


def test_markup_in_a_name_is_escaped(db):
    audit.note("x", "<script>alert(1)</script>", after={"a": "<b>"}, by=Origin("person", "<i>", "page"))
    client = Client()
    client.force_login(cast.person("root", is_superuser=True))
    text = client.get("/audit").content.decode()
    assert "<script>alert" not in text
    assert "<i>" not in text
    assert connection.vendor in ("sqlite", "postgresql")
