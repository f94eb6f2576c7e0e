"""Finding the caller: by name, address or number, while the agent types."""

import uuid

from django.db.models import F, Func, Q, TextField, Value

from channels_intake.phone.numbers import looks_like_number, significant
from people.models import User
from tickets.models import Ticket

MOST = 8


def find_callers(query: str) -> list[User]:
    """Find people by parts of name or address, or by a number in any spelling."""
    query = " ".join(query.replace("\0", "").split())[:100]
    if len(query) < 2:
        return []
    people = User.objects.filter(is_active=True)
    if looks_like_number(query):
        digits = significant(query)
        # "+49 (0)30 …" keeps its zero among the digits, so that both forms are looked for.
        known = people.exclude(phone="").annotate(digits=_digits(r"\(0\)|\D"))
        return list(known.filter(digits__contains=digits).order_by("name", "pk")[:MOST]) if len(digits) >= 2 else []
    for word in query.split()[:5]:
        people = people.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return list(people.order_by("role", "name", "pk")[:MOST])


def open_tickets(caller: User, agent: User) -> list[Ticket]:
    """Give the caller's open tickets that this agent may see, the newest first."""
    tickets = Ticket.objects.visible_to(agent).open().filter(requester=caller)
    return list(tickets.select_related("queue", "assignee").order_by("-pk")[:MOST])


def address_without_mail(phone: str) -> str:
    """Make an address for a caller who gave none; nothing is ever mailed to it."""
    digits = significant(phone)
    return f"caller-{digits}@phone.invalid" if len(digits) >= 5 else f"caller-{uuid.uuid4().hex[:12]}@phone.invalid"


def remember_number(caller: User, phone: str) -> None:
    """Keep the number of somebody of whom we had none."""
    if phone and not caller.phone and not caller.is_agent:
        caller.phone = phone
        caller.save(update_fields=["phone"])


def _digits(pattern: str) -> Func:
    arguments = (F("phone"), Value(pattern), Value(""), Value("g"))
    return Func(*arguments, function="regexp_replace", output_field=TextField())
