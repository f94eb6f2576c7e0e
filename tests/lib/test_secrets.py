"""Secrets in the database can be read with our keys alone."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from channels_intake.models import Mailbox
from helpdesk.lib import secrets


def test_a_secret_is_not_in_the_database_as_it_is(db: None) -> None:
    box = Mailbox(name="Support", address="support@helpdesk.example")
    box.password = "correct horse"
    box.save()

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM channels_intake_mailbox")
        stored = bytes(cursor.fetchone()[0])
    assert b"horse" not in stored
    assert Mailbox.objects.get().password == "correct horse"


def test_every_key_of_the_ring_decrypts_and_no_other(settings: Any) -> None:
    settings.FIELD_KEYS = ["old"]
    stored = secrets.encrypt("geheim")
    settings.FIELD_KEYS = ["new", "old"]

    assert secrets.decrypt(stored) == "geheim"
    settings.FIELD_KEYS = ["new"]
    with pytest.raises(secrets.Undecipherable):
        secrets.decrypt(stored)


def test_after_a_rotation_the_old_key_can_go(db: None, settings: Any) -> None:
    settings.FIELD_KEYS = ["old"]
    box = Mailbox(name="Support", address="support@helpdesk.example")
    box.password = "geheim"
    box.save()
    Mailbox.objects.create(name="Without", address="without@helpdesk.example")

    settings.FIELD_KEYS = ["new", "old"]
    call_command("rotate_keys", stdout=(output := StringIO()))
    settings.FIELD_KEYS = ["new"]

    assert output.getvalue() == "1 secrets are encrypted with the first key.\n"
    assert Mailbox.objects.get(name="Support").password == "geheim"


def test_a_rotation_without_the_old_key_changes_nothing_and_says_so(db: None, settings: Any) -> None:
    settings.FIELD_KEYS = ["old"]
    box = Mailbox(name="Support", address="support@helpdesk.example")
    box.password = "geheim"
    box.save()

    settings.FIELD_KEYS = ["new"]
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("rotate_keys")
    settings.FIELD_KEYS = ["old"]
    assert Mailbox.objects.get().password == "geheim"
