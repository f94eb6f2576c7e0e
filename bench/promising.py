"""Queues that promise everything for a month, and tickets in them."""

from datetime import UTC, datetime, time
from itertools import count

from people.models import User
from sla.models import Calendar, Policy
from sla.operations.calendars import Opening, save_calendar
from sla.operations.policies import Minutes, Step, Wording, save_policy
from tickets import clocks
from tickets.models import Membership, Queue, Ticket
from tickets.operations.opening import open_ticket
from tickets.operations.saving import save

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
MONTH = 30 * 1440
ACTIONS = {
    "": (),
    "warns": ({"do": "notify", "whom": ["queue_lead"]},),
    "raises the priority": ({"do": "raise_priority"},),
    "moves it to the second level": ({"do": "move"},),
}
_numbers = count(1)


def make_queue(does: str = "") -> Queue:
    """Make a queue whose policy does this when a first response is late, with a lead and a second level."""
    number = next(_numbers)
    calendar = save_calendar(
        Calendar(name=f"Always {number}", timezone="Europe/Berlin"),
        openings=[Opening(day, time(0), time(0)) for day in range(7)], holidays={}, now=BEGINNING,
    )  # fmt: skip
    steps = (Step("first_response", 0, ACTIONS[does]),) if does else ()
    wording = Wording(
        calendar=calendar, targets=dict.fromkeys(Ticket.Priority.values, Minutes(*[MONTH] * 5)), steps=steps
    )
    policy = save_policy(Policy(name=f"Month {number}"), wording, now=BEGINNING).policy
    second = _queue(number, "second", policy, tier=Queue.Tier.SECOND)
    queue = _queue(number, "first", policy, tier=Queue.Tier.FIRST, escalates_to=second)
    lead = User.objects.create_user(f"lead{number}@helpdesk.example", role=User.Role.AGENT)
    Membership.objects.create(queue=queue, user=lead, level=Membership.Level.LEAD)
    return queue


def make_ticket(queue: Queue, *, now: datetime) -> Ticket:
    """Open a ticket with a clock for each promise."""
    requester = User.objects.create_user(f"requester{next(_numbers)}@firm.example")
    ticket = open_ticket(
        queue=queue, requester=requester, subject="VPN", text="VPN", channel=Ticket.Channel.WEB, now=now
    )
    found = clocks.terms(ticket)
    assert found is not None
    ticket.first_response_at = now  # so that a next response is promised, too
    clocks.ask(ticket, now=now)
    ticket.first_response_at = None
    clocks.offer(ticket, to=queue, now=now)
    clocks.promise_callback(ticket, until=None, now=now)
    save(ticket, *clocks.SAVED, now=now)
    return ticket


def _queue(number: int, name: str, policy: Policy, **fields: object) -> Queue:
    return Queue.objects.create(
        slug=f"{name}-{number}", name_de=f"{name} {number}", name_en=f"{name} {number}", policy=policy,
        is_default=not Queue.objects.exists(), **fields,
    )  # fmt: skip
