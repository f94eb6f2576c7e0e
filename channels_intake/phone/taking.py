"""Taking a call down, and solving it in the same breath."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from channels_intake.accept import accept
from channels_intake.envelope import Envelope
from channels_intake.phone.callers import remember_number
from knowledgebase.models import ArticleText, Category
from knowledgebase.rendering import plain
from people.models import User
from tickets.models import Membership, Message, Queue, SolutionAttempt, Ticket
from tickets.models.queue import levels_of
from tickets.operations.resolution import resolve
from tickets.operations.trying import try_solution
from tickets.permissions import can


class CannotTake(Exception):
    """The caller is blocked."""


class CannotSolve(Exception):
    """This agent may not resolve tickets in that queue."""


@dataclass(frozen=True, slots=True)
class Solution:
    """What solved the problem during the call."""

    words: str = ""
    text: ArticleText | None = None

    @property
    def wording(self) -> str:
        """Say what solved it: the agent's words, else the article's."""
        if self.words.strip() or self.text is None:
            return self.words
        return f"{self.text.title}\n\n{plain(self.text.steps)}".strip()


@transaction.atomic
def take_call(
    envelope: Envelope,
    *,
    by: User,
    now: datetime,
    phone: str = "",
    queue: Queue | None = None,
    impact: int = Ticket.Scale.LOW,
    urgency: int = Ticket.Scale.MEDIUM,
    ticket_kind: Ticket.Kind = Ticket.Kind.INCIDENT,
    category: Category | None = None,
    solution: Solution | None = None,
) -> Ticket:
    """
    Open the ticket of a call; with a solution it is tried and resolved at once, and nobody is mailed about it.

    :raises CannotTake: if the caller is blocked.
    :raises CannotSolve: if the agent may not resolve in the queue.
    :raises tickets.operations.opening.NoQueue: if there is no queue for new tickets.
    """
    if solution is not None:
        queue = queue or _own_queue(by)
    acceptance = accept(
        envelope, now=now, by=by, queue=queue, impact=impact, urgency=urgency, kind=Message.Kind.CALL,
        ticket_kind=ticket_kind, category=category,
    )  # fmt: skip
    ticket = acceptance.ticket
    if ticket is None:
        raise CannotTake(acceptance.reason)
    remember_number(ticket.requester, phone)
    if solution is not None and acceptance.duplicate_of is None:
        _solve(ticket, solution, by=by, now=now)
    return ticket


def _solve(ticket: Ticket, solution: Solution, *, by: User, now: datetime) -> None:
    if not can(by, "resolve", ticket):
        raise CannotSolve(f"{by} may not resolve tickets in {ticket.queue}.")
    if solution.text is not None:
        try_solution(ticket, text=solution.text, by=by, now=now, outcome=SolutionAttempt.Outcome.WORKED)
    resolve(ticket, solution=solution.wording, by=by, now=now, tell=False)


def _own_queue(agent: User) -> Queue | None:
    """Give the agent's own queue of the lowest level; those who may work everywhere take the default one."""
    if agent.is_lead:
        return None
    own = [queue for queue, level in levels_of(agent).items() if level >= Membership.Level.WORK]
    queues = Queue.objects.filter(pk__in=own, is_active=True)
    return queues.order_by("-is_default", "tier", "pk").first()
