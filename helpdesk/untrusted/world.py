"""A small helpdesk to show things in: queues, a promise, people, and a browser for each who looks."""

from dataclasses import dataclass, replace
from datetime import datetime, time

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client

from people.models import User
from sla.models import Calendar, Policy
from sla.operations.calendars import Opening, save_calendar
from sla.operations.policies import Minutes, Wording, save_policy
from tickets.models import Membership, Queue, Ticket


@dataclass(frozen=True)
class World:
    """Who is there; `admin` and `requester` look at pages, `agent` works, `guest` is not logged in."""

    now: datetime
    first: Queue
    second: Queue
    admin: User
    agent: User
    requester: User
    at_desk: Client
    at_home: Client
    guest: Client


def make_world(now: datetime) -> World:
    """Make everything that the places have in common."""
    second = Queue.objects.create(slug="second", name_de="Netze", name_en="Networks", tier=2, policy=_policy(now))
    first = Queue.objects.create(
        slug="first", name_de="Erste Hilfe", name_en="First aid", escalates_to=second, policy=second.policy,
        is_default=True,
    )  # fmt: skip
    people = User.objects
    admin = people.create_user("anna@places.example", name="Anna Admin", role=User.Role.ADMIN, language="en")
    agent = people.create_user("anton@places.example", name="Anton Agent", role=User.Role.AGENT, language="en")
    requester = people.create_user("rose@places.example", name="Rose Requester", language="en")
    for queue in (first, second):
        Membership.objects.create(queue=queue, user=agent, level=Membership.Level.LEAD)
        Membership.objects.create(queue=queue, user=admin, level=Membership.Level.LEAD)
    return World(
        now, first, second, admin, agent, requester,
        at_desk=browser(admin), at_home=browser(requester), guest=browser(),
    )  # fmt: skip


def again(world: World) -> World:
    """Read everybody and everything anew, so that no row sees what another one did to them."""
    queues, people = Queue.objects.in_bulk(), User.objects.in_bulk()
    return replace(
        world,
        first=queues[world.first.pk],
        second=queues[world.second.pk],
        admin=people[world.admin.pk],
        agent=people[world.agent.pk],
        requester=people[world.requester.pk],
    )


def browser(person: User | None = None) -> Client:
    """Give a browser, logged in when there is a person."""
    client = Client(headers={"accept-language": "en"})
    if person is not None:
        client.force_login(person)
    return client


def page(client: Client, path: str, **query: str) -> str:
    """Open a page as a browser does and give what came, whatever its status."""
    return read(client.get(path, query or None, secure=settings.HTTPS, follow=True))


def part(client: Client, path: str, **query: str) -> str:
    """Fetch a part of a page as htmx does."""
    headers = {"HX-Request": "true"}
    return read(client.get(path, query or None, secure=settings.HTTPS, headers=headers))


def sent(client: Client, path: str, data: dict[str, object], *, htmx: bool = False) -> str:
    """Send a form and give what came, after a redirect the page it leads to."""
    headers = {"HX-Request": "true"} if htmx else None
    return read(client.post(path, data, secure=settings.HTTPS, follow=True, headers=headers))


def read(response: HttpResponseBase) -> str:
    """
    Give the text of an answer.

    :raises RuntimeError: if it is no page.
    """
    kind = response.get("Content-Type", "")
    if not isinstance(response, HttpResponse) or not kind.startswith("text/html"):
        raise RuntimeError(f"There is no page but {response.status_code} {kind}.")
    return response.content.decode()


def fresh(ticket: Ticket) -> Ticket:
    """Read a ticket anew."""
    return Ticket.objects.select_related("queue", "requester").get(pk=ticket.pk)


def _policy(now: datetime) -> Policy:
    calendar = save_calendar(
        Calendar(name="Always", timezone=settings.TIME_ZONE),
        openings=[Opening(day, time(0), time(0)) for day in range(7)],
        holidays={},
        now=now,
    )
    targets = {priority: Minutes(600, 6000) for priority in Ticket.Priority.values}
    return save_policy(
        Policy(name="Standard", is_default=True), Wording(calendar=calendar, targets=targets), now=now
    ).policy
