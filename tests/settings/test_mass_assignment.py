"""Every column of a model is posted to its form; only what the form names is stored."""

from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.settings.conftest import Everything

pytestmark = pytest.mark.django_db

# What somebody would like to set, whatever the form.
WISHES: dict[str, Any] = {
    "id": 4711, "pk": 4711, "slug": "stolen", "is_active": "", "password": "pbkdf2_sha256$1$a$b", "secret": "stolen",
    "last_login": "2001-01-01", "created_at": "2001-01-01", "changed_at": "2001-01-01", "theme": "dark", "single_keys": "",
    "is_suspect": "on", "position": 1, "uidvalidity": 5, "last_uid": 5, "failures": 5, "last_error": "stolen",
    "last_fetch_at": "2001-01-01", "is_superuser": "on", "is_staff": "on",
}  # fmt: skip
# What the form is for: these it does store.
MEANT = {
    "queue": {"name_de", "name_en", "tier", "escalates_to", "policy", "colour", "reopen_days", "is_default"},
    "rule": {"name", "words", "queue", "directly", "is_active"},
    "calendar": {"name", "timezone", "changed_at", "current"},
    "policy": {"name", "calendar", "is_default", "changed_at"},
    "mailbox": {
        "name", "address", "queue", "language", "host", "port", "security", "username", "secret", "folder",
        "move_to", "is_active", "sender",
    },
    "person": {"name", "email", "role", "language", "phone", "department", "location", "is_vip"},
}  # fmt: skip
NEEDED: dict[str, dict[str, Any]] = {
    "queue": {"name_de": "Neu", "name_en": "New", "tier": 2, "colour": "ok", "reopen_days": 3},
    "rule": {"name": "New", "words": "new"},
    "calendar": {"name": "New", "timezone": "Europe/London", "day_0": "9-17"},
    "policy": {"name": "New"},
    "mailbox": {
        "name": "New", "address": "new@helpdesk.example", "host": "imap.helpdesk.example", "username": "u",
        "port": 143, "security": "starttls", "folder": "New", "protocol": "imap",
    },
    "person": {"name": "New", "email": "new@helpdesk.example", "role": "lead", "language": "en"},
}  # fmt: skip


@pytest.mark.parametrize("name", list(MEANT))
def test_only_what_the_form_names_is_stored(client: Client, everything: Everything, name: str) -> None:
    thing: Model = {
        "queue": everything.second, "rule": everything.rule, "calendar": everything.calendar,
        "policy": everything.policy, "mailbox": everything.mailbox, "person": everything.agent,
    }[name]  # fmt: skip
    thing.refresh_from_db()
    before = values(thing)
    extra = {"queue": everything.second.pk, "calendar": everything.calendar.pk}
    needed = {key: value for key, value in extra.items() if key != name} | NEEDED[name]
    if name == "policy":
        needed |= {"is_default": "on", "is_active": "on"}

    response = client.post(reverse(f"settings:{name}", args=[thing.pk]), WISHES | {"at": timezone.now()} | needed)

    assert response.status_code == 302, response.content.decode()
    thing.refresh_from_db()
    after = values(thing)
    changed = {key for key, value in after.items() if before[key] != value}
    assert changed
    assert changed <= MEANT[name]


def values(thing: Model) -> dict[str, Any]:
    """Give every column."""
    return {field.name: str(getattr(thing, field.attname)) for field in thing._meta.concrete_fields}
