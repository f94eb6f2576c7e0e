"""`manage.py load_demo`: fill an empty helpdesk with the example company."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from helpdesk.demo import knowledge
from helpdesk.demo.asking import publish_questionnaires
from helpdesk.demo.company import PASSWORD, found, read
from helpdesk.demo.handing_over import tell_handovers
from helpdesk.demo.searching import search_and_find
from helpdesk.demo.staffing import staff
from helpdesk.demo.telling import let_clocks_run_out, tell_stories
from people.models import User
from tickets.models import Event, Ticket


class Command(BaseCommand):
    """Load the example company."""

    help = "Fill an empty helpdesk with the example company: people, queues, articles and 150 tickets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there is somebody already")

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists() or Ticket.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("There are people or tickets already; the example company needs an empty helpdesk.")
        now = timezone.now()
        with transaction.atomic():
            company = found(now - timedelta(days=90))
            publish_questionnaires(by=company.people["jana.petersen"], now=now - timedelta(days=90))
            count = tell_stories(company, now=now)
            tell_handovers(read("handovers"), company, now=now)
            staff(company, now=now)
            let_clocks_run_out(now)
            knowledge.tell(read("knowledge"), company.people, now)
            search_and_find(list(company.people.values()), now=now)
            # It is history: nobody is written to about it, and no worker has to be woken.
            Event.objects.filter(relay_at__isnull=False).update(relay_at=None)
            connection.run_on_commit.clear()
        if options["verbosity"]:
            self.stdout.write(f"{len(company.people)} people and {count} tickets; every password is {PASSWORD}.")
