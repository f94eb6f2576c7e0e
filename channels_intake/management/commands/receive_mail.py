"""Takes mails from standard input, as mail servers pipe them, or from a folder."""

import json
import logging
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from channels_intake.accept import Acceptance
from channels_intake.email import arriving
from channels_intake.email.parse import to_envelope
from channels_intake.email.reporting import repeated, report, unprocessed
from channels_intake.envelope import Envelope
from channels_intake.models import Arrival, Mailbox
from channels_intake.reasons import worded

log = logging.getLogger(__name__)

EX_TEMPFAIL = 75  # the mail server keeps the mail and tries again


class Command(BaseCommand):
    """Stores each mail, then accepts it; exit status 75 asks the mail server to come again."""

    help = "Take a mail from standard input, or every *.eml of a folder, and make tickets of them."
    requires_system_checks = ()  # a mail server runs this once a mail

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object a mail")
        parser.add_argument("--dir", type=Path, help="take every *.eml of this folder, in name order")
        parser.add_argument("--mailbox", default="", help="the address of ours it was delivered to")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            mailbox = _mailbox(options["mailbox"])
            if options["dir"]:
                for file in sorted(options["dir"].glob("*.eml")):
                    self._print(_receive(file.name, file.read_bytes(), mailbox), options["json"])
            else:
                self._print(_receive("-", sys.stdin.buffer.read(), mailbox), options["json"])
        except (DatabaseError, InterfaceError) as error:
            if arriving.database_answers():
                log.exception("The mail could not be stored.")
            self._come_again(f"The database is away: {error}")
        except Mailbox.DoesNotExist:
            self._come_again(f"There is no mailbox {options['mailbox']}; add it in the settings.")

    def _print(self, line: dict[str, Any], as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(line, ensure_ascii=True))
        else:
            number = line["subject_tag"] or "-"
            self.stdout.write(f"{line['file']}: {line['outcome']} {number} {line['reason_words']}".rstrip())
        self.stdout.flush()

    def _come_again(self, why: str) -> None:
        self.stderr.write(" ".join(why.split()))
        sys.exit(EX_TEMPFAIL)


def _mailbox(address: str) -> Mailbox | None:
    return Mailbox.objects.get(address__iexact=address) if address else None


def _receive(name: str, raw: bytes, mailbox: Mailbox | None) -> dict[str, Any]:
    now = timezone.now()
    envelope = _read(raw)
    recipients = [*envelope.delivered_to, *envelope.to, *envelope.cc] if envelope else []
    stored = arriving.store(raw, now=now, mailbox=mailbox, recipients=recipients)
    del raw  # it may be forty megabytes
    acceptance = arriving.process(stored.arrival.pk, now=now, envelope=envelope)
    line = report(name, envelope, acceptance or _why_not(stored.arrival.pk, stored.is_new))
    return line | {"reason_words": worded(line["reason"])}


def _why_not(pk: int, is_new: bool) -> Acceptance:
    arrival = Arrival.objects.without_raw().select_related("ticket", "message").get(pk=pk)
    if not arrival.is_finished:
        return unprocessed(arrival)
    return repeated(arrival)


def _read(raw: bytes) -> Envelope | None:
    try:
        return to_envelope(raw)
    except Exception as error:  # noqa: BLE001 it is stored nevertheless, and its failure is written down there
        log.warning("A mail could not be read: %s", error)
        return None
