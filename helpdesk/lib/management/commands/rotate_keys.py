"""Encrypts every secret in the database again with the first key."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from helpdesk.lib.secrets import SecretField, Undecipherable, rotate


class Command(BaseCommand):
    """Run it after a new key was put in front of FIELD_KEYS; then the old ones can be taken away."""

    help = "Encrypt all stored secrets with the first of FIELD_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        try:
            with transaction.atomic():
                for model in apps.get_models():
                    for field in model._meta.local_fields:
                        if isinstance(field, SecretField):
                            done += _rotate(model, field.attname)
        except Undecipherable as error:
            raise CommandError(f"Nothing was changed. {error}") from None
        self.stdout.write(f"{done} secrets are encrypted with the first key.")


def _rotate(model: type[models.Model], name: str) -> int:
    done = 0
    for row in model._default_manager.select_for_update().only("pk", name):
        if secret := bytes(getattr(row, name)):
            setattr(row, name, rotate(secret))
            row.save(update_fields=[name])
            done += 1
    return done
