"""Makes what tests need, through the product's own operations wherever there is one."""

from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

from knowledgebase.models import Article, ArticleText, Category
from people.models import Domain, Organisation, User
from sla.models import Calendar, Policy
from sla.operations.calendars import Opening, save_calendar
from sla.operations.policies import Minutes, Wording, save_policy
from tickets.models import Absence, Handover, HandoverContract, Membership, Queue, Rota, RotaMember, Ticket
from tickets.operations.handing_over import offer
from tickets.operations.opening import open_ticket

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Berlin
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_numbers = count(1)


def make_user(email: str = "", **fields: Any) -> User:
    """Make a requester."""
    number = next(_numbers)
    fields.setdefault("name", f"Petra Person {number}")
    return User.objects.create_user(email or f"person{number}@kunde.example", fields.pop("password", None), **fields)


def make_agent(queue: Queue | None = None, level: int = Membership.Level.WORK, **fields: Any) -> User:
    """Make an agent, a member of the queue if one is given."""
    number = next(_numbers)
    fields.setdefault("name", f"Anton Agent {number}")
    fields.setdefault("email", f"agent{number}@helpdesk.example")
    fields.setdefault("role", User.Role.AGENT)
    agent = make_user(**fields)
    if queue is not None:
        Membership.objects.create(queue=queue, user=agent, level=level)
    return agent


def make_organisation(*domains: str, **fields: Any) -> Organisation:
    """Make an organisation with these domains."""
    fields.setdefault("name", f"Organisation {next(_numbers)}")
    organisation = Organisation.objects.create(**fields)
    Domain.objects.bulk_create(Domain(organisation=organisation, name=name) for name in domains)
    return organisation


def make_policy(first_response: int = 60, resolution: int = 480, *, always_open: bool = True, **fields: Any) -> Policy:
    """
    Make an SLA with the same minutes for every priority, around the clock or on weekdays from 8 to 17.

    `minutes` are more of them by metric; all else is said by its version.
    """
    days, start, end = (range(7), time(0), time(0)) if always_open else (range(5), time(8), time(17))
    calendar = save_calendar(
        Calendar(name=f"Calendar {next(_numbers)}", timezone="Europe/Berlin"),
        openings=[Opening(day, start, end) for day in days], holidays={}, now=BEGINNING,
    )  # fmt: skip
    minutes = Minutes(first_response, resolution, **fields.pop("minutes", {}))
    wording = Wording(calendar=calendar, targets=dict.fromkeys(Ticket.Priority.values, minutes), **fields)
    return save_policy(Policy(name=f"SLA {next(_numbers)}"), wording, now=BEGINNING).policy


def make_queue(**fields: Any) -> Queue:
    """Make a queue; the first one is the default one."""
    number = next(_numbers)
    fields.setdefault("slug", f"queue-{number}")
    fields.setdefault("name_de", f"Warteschlange {number}")
    fields.setdefault("name_en", f"Queue {number}")
    fields.setdefault("is_default", not Queue.objects.filter(is_default=True).exists())
    return Queue.objects.create(**fields)


def make_levels(policy: Policy | None = None) -> tuple[Queue, Queue]:
    """Make a first-level queue and the second-level queue it escalates to."""
    second = make_queue(tier=Queue.Tier.SECOND, is_default=False, policy=policy)
    first = make_queue(tier=Queue.Tier.FIRST, escalates_to=second, policy=policy)
    return first, second


def make_ticket(queue: Queue | None = None, **fields: Any) -> Ticket:
    """Open a ticket."""
    fields.setdefault("requester", fields.pop("requester", None) or make_user())
    fields.setdefault("subject", "VPN verbindet nicht mehr")
    fields.setdefault("text", "Seit dem Update heute früh komme ich nicht mehr ins VPN.")
    fields.setdefault("channel", Ticket.Channel.EMAIL)
    fields.setdefault("now", NOW)
    queue = queue or Queue.objects.filter(is_default=True).first() or make_queue()
    return open_ticket(queue=queue, **fields)


def make_category(**fields: Any) -> Category:
    """Make a category of articles and tickets."""
    number = next(_numbers)
    fields.setdefault("key", f"category-{number}")
    fields.setdefault("name_de", f"Kategorie {number}")
    fields.setdefault("name_en", f"Category {number}")
    return Category.objects.create(**fields)


def make_contract(queue: Queue, *needed: str, **fields: Any) -> HandoverContract:
    """Let a queue demand these fields of a hand-over."""
    return HandoverContract.objects.create(queue=queue, needed=list(needed), **fields)


def make_handover(ticket: Ticket, to: Queue, **fields: Any) -> Handover:
    """Hand a ticket over; other words than the summary by their names."""
    by, now = fields.pop("by", None), fields.pop("now", NOW)
    reason = fields.pop("reason", Handover.Reason.NO_SOLUTION)
    texts = {"summary": "VPN-Fehler 809 nach Update", **fields}
    return offer(ticket, to=to, reason=reason, texts=texts, by=by, now=now)


def make_article(title: str = "VPN-Fehler 809 nach Windows-Update", language: str = "de", **fields: Any) -> ArticleText:
    """Make a published article with one text."""
    article = Article.objects.create(
        state=fields.pop("state", Article.State.PUBLISHED),
        audience=fields.pop("audience", Article.Audience.PUBLIC),
        kind=fields.pop("kind", Article.Kind.STANDARD_SOLUTION),
        category=fields.pop("category", None),
        publish_at=fields.pop("publish_at", None),
        created_at=NOW,
        updated_at=NOW,
    )
    fields.setdefault("symptom", "Das VPN meldet Fehler 809 und verbindet nicht.")
    fields.setdefault("steps", "1. Software Center öffnen.\n2. »VPN-Reparatur« starten.\n3. Neu starten.")
    return ArticleText.objects.create(article=article, language=language, title=title, updated_at=NOW, **fields)


def later(minutes: float = 0, **delta: float) -> datetime:
    """Give a moment after NOW."""
    return NOW + timedelta(minutes=minutes, **delta)


def make_absence(person: User, deputy: User | None = None, **fields: Any) -> Absence:
    """Let somebody be away for a day from NOW on; without a deputy their tickets go back to their queues."""
    fields.setdefault("mode", Absence.Mode.OFFER if deputy else Absence.Mode.RELEASE)
    fields.setdefault("starts_at", NOW)
    fields.setdefault("ends_at", NOW + timedelta(days=1))
    fields.setdefault("made_at", NOW)
    return Absence.objects.create(person=person, deputy=deputy, **fields)


def make_rota(queue: Queue, *people: User, **fields: Any) -> Rota:
    """Make a rota of weeks from NOW's day on, the change at nine in the morning."""
    fields.setdefault("name", f"Rota {next(_numbers)}")
    fields.setdefault("timezone", "Europe/Berlin")
    fields.setdefault("first_day", NOW.date())
    rota = Rota.objects.create(**fields)
    rota.queues.add(queue)
    RotaMember.objects.bulk_create(RotaMember(rota=rota, user=user, position=n) for n, user in enumerate(people))
    return rota
