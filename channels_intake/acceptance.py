"""What became of a message, and what a channel knows beside it."""

from dataclasses import dataclass, field
from datetime import datetime

from channels_intake.models import Arrival, Mailbox
from knowledgebase.models import Category
from people.models import User
from tickets.models import Message, Queue, Ticket


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What became of a message."""

    outcome: Arrival.Outcome
    reason: str = ""
    ticket: Ticket | None = None
    message: Message | None = None
    role: str = "customer"  # "customer", "agent" or "system": in whose name it was taken
    answers: Ticket | None = None  # the ticket it refers to, also where it was not added there
    acknowledgement: Message | None = None
    duplicate_of: Arrival | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a channel knows beside the message itself."""

    now: datetime
    by: User | None = None  # the agent who takes it down for somebody
    mailbox: Mailbox | None = None
    queue: Queue | None = None
    ticket: Ticket | None = None  # the channel knows for sure where it belongs
    ticket_kind: Ticket.Kind = Ticket.Kind.INCIDENT
    category: Category | None = None
    impact: int = Ticket.Scale.LOW
    urgency: int = Ticket.Scale.MEDIUM
    kind: Message.Kind = Message.Kind.CUSTOMER
    is_ours: bool = False
    ours: set[str] = field(default_factory=set)  # our addresses
    size: int = 0
