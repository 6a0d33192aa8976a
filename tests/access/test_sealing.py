"""Secrets at rest: unreadable in the database, opened by any key at hand, sealed by the first, never shown."""

import logging
import pickle
import stat

import pytest
from django.core import serializers
from django.db import connection, models
from django.test.utils import isolate_apps

from greenboard.access import sealing
from greenboard.access.sealing import Sealed, Secret
from greenboard.core.errors import UserError


@pytest.fixture(autouse=True)
def keys(tmp_path, settings):
    settings.SEALING_KEYS = tmp_path / "sealing.keys"
    return settings.SEALING_KEYS


def test_the_first_use_makes_a_key_that_only_its_owner_reads(keys):
    assert sealing.unseal(sealing.seal("hush")).reveal() == "hush"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert len(keys.read_text().split()) == 1


def test_the_same_text_is_sealed_differently_each_time(keys):
    assert sealing.seal("hush") != sealing.seal("hush")


def test_an_older_key_still_opens_and_the_newest_seals(keys):
    before = sealing.seal("hush")
    old = keys.read_text()
    keys.write_text("a-new-key-of-more-than-thirty-two-signs\n" + old)
    after = sealing.seal("hush")
    assert sealing.unseal(before).reveal() == "hush"
    keys.write_text(old)
    with pytest.raises(UserError, match="cannot be opened"):
        sealing.unseal(after)


@pytest.mark.parametrize("text", ["", "\n", "too short\n"])
def test_a_file_that_holds_no_key_is_refused(keys, text):
    keys.write_text(text)
    with pytest.raises(UserError, match="not a file of keys"):
        sealing.seal("hush")


def test_a_changed_seal_is_refused(keys):
    sealed = sealing.seal("hush")
    with pytest.raises(UserError, match="cannot be opened"):
        sealing.unseal(sealed[:-4] + "AAAA")


def test_a_secret_is_never_shown(caplog):
    secret = Secret("hush")
    logging.getLogger("greenboard").warning("%s %r", secret, secret)
    shown = f"{secret} {secret!r} {[secret]} {{secret}}" + caplog.text
    assert "hush" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_secrets_are_compared_and_asked_whether_they_are_empty():
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert not Secret("")


@pytest.fixture
def kept(db):
    with isolate_apps("greenboard.access"):

        class Kept(models.Model):
            secret = Sealed(blank=True)

            class Meta:
                app_label = "access"

            def __str__(self):
                return str(self.pk)

        with connection.schema_editor() as editor:
            editor.create_model(Kept)
        yield Kept
        with connection.schema_editor() as editor:
            editor.delete_model(Kept)


def raw(model):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT secret FROM {model._meta.db_table} ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_a_sealed_column_holds_no_secret_and_gives_it_back(kept):
    kept.objects.create(secret="hush")
    kept.objects.create(secret=Secret("hush too"))
    kept.objects.create(secret="")
    assert [one.startswith("sealed:1:") for one in raw(kept)] == [True, True, False]
    assert [one.secret.reveal() for one in kept.objects.order_by("id")] == ["hush", "hush too", ""]
    assert "hush" not in serializers.serialize("json", kept.objects.all())


@pytest.mark.django_db(transaction=True)
def test_rotation_seals_everything_anew_and_forgets_when_told(kept, keys, monkeypatch):
    monkeypatch.setattr(sealing.apps, "get_models", lambda: [kept])
    kept.objects.create(secret="hush")
    kept.objects.create(secret="")
    before, old = raw(kept)[0], keys.read_text()
    assert sealing.rotate() == 1
    assert raw(kept)[0] != before
    assert keys.read_text().endswith(old)
    assert len(keys.read_text().split()) == 2
    assert sealing.rotate(forget=True) == 1
    assert len(keys.read_text().split()) == 1
    assert kept.objects.first().secret.reveal() == "hush"
    with pytest.raises(UserError):
        sealing.unseal(before)


@pytest.mark.django_db(transaction=True)
def test_what_no_key_opens_any_more_is_listed_kept_and_entered_anew(kept, keys):
    row = kept.objects.create(secret="hush")
    stored = raw(kept)
    keys.write_text("another-key-of-more-than-thirty-two-signs")
    found = kept.objects.get()
    assert found.secret
    assert not found.secret.readable
    with pytest.raises(UserError, match="cannot be opened"):
        found.secret.reveal()
    found.save()
    assert raw(kept) == stored, "the key may come back"
    kept.objects.filter(pk=row.pk).update(secret="new")
    assert kept.objects.get().secret.reveal() == "new"
