"""Who is on call in the example company, who is away, and whom somebody promised to call."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from helpdesk.demo.company import Company
from tickets.models import Absence, Rota, RotaMember, Ticket
from tickets.operations.calling_back import promise_callback

_ON_CALL = ("matthias.kroeger", "ingrid.falk", "tomasz.wolski")


def staff(company: Company, *, now: datetime) -> None:
    """Make a rota, an absence and a promise."""
    people, monday = company.people, timezone.localdate(now) - timedelta(days=timezone.localdate(now).weekday() + 7)
    rota = Rota.objects.create(name="Bereitschaft Infrastruktur", first_day=monday, handover=time(9))
    rota.queues.set([company.queues["infrastructure"], company.queues["network"]])
    RotaMember.objects.bulk_create(
        RotaMember(rota=rota, user=people[key], position=position) for position, key in enumerate(_ON_CALL)
    )
    Absence.objects.create(
        person=people["priya.nair"], deputy=people["jana.petersen"], starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=6), note="Urlaub", made_by=people["priya.nair"], made_at=now - timedelta(days=20),
        released_at=now - timedelta(days=1),
    )  # fmt: skip
    agent = people["deniz.aydin"]
    ticket = Ticket.objects.open().filter(assignee=agent).order_by("pk").first()
    if ticket is not None:
        promise_callback(ticket, until=now + timedelta(hours=3), words="mobil erreichbar", by=agent, now=now)
