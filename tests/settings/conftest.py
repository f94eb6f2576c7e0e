"""Somebody who administers, somebody who leads, and one of everything to set."""

from dataclasses import dataclass
from datetime import date, time

import pytest
from django.test import Client

from channels_intake.models import Block, Mailbox, MailRule
from helpdesk.lib.secrets import encrypt
from notifications.models import OAuthGrant
from people.models import AuditEntry, User
from sla.models import Calendar, Policy
from sla.operations.calendars import Opening, save_calendar
from sla.operations.policies import Minutes, Wording, save_policy
from tests.factories import NOW, make_agent, make_queue
from tickets.models import Membership, Queue, RoutingRule

SECRET = "Xq7-geheim-und-lang"


@dataclass
class Everything:
    """One of each kind."""

    queue: Queue
    second: Queue
    member: Membership
    rule: RoutingRule
    calendar: Calendar
    policy: Policy
    mailbox: Mailbox
    agent: User
    grant: OAuthGrant


@pytest.fixture
def admin(db: None) -> User:
    """Give an administrator."""
    return make_agent(role=User.Role.ADMIN, name="Ada Admin", language="en")


@pytest.fixture
def lead(db: None) -> User:
    """Give a lead."""
    return make_agent(role=User.Role.LEAD, name="Lea Lead", language="en")


@pytest.fixture
def client(admin: User) -> Client:
    """Log the administrator in."""
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def everything(db: None) -> Everything:
    """Make one of each kind."""
    second = make_queue(tier=2, is_default=False, name_en="Second")
    queue = make_queue(is_default=True, escalates_to=second, name_en="First")
    agent = make_agent(queue, language="en")
    calendar = save_calendar(
        Calendar(name="Office", timezone="Europe/Berlin"),
        openings=[Opening(day, time(8), time(17)) for day in range(5)],
        holidays={date(2026, 12, 25): "Christmas Day"},
        now=NOW,
    )
    policy = save_policy(
        Policy(name="Standard", is_default=True), Wording(calendar=calendar, targets={3: Minutes(60, 480)}), now=NOW
    ).policy
    rule = RoutingRule.objects.create(name="VPN", words="vpn\ntunnel", queue=second, position=10)
    mailbox = Mailbox(name="Support", address="support@helpdesk.example", host="imap.helpdesk.example", username="u")
    mailbox.password = SECRET
    mailbox.save()
    grant = OAuthGrant.objects.create(
        name="Microsoft", provider="microsoft", client_id="client-1", client_secret=encrypt(SECRET),
        refresh_token=encrypt(SECRET), access_token=encrypt(SECRET),
    )  # fmt: skip
    MailRule.objects.create(name="Lottery", conditions=[{"field": "subject", "op": "contains", "value": "lottery"}])
    Block.objects.create(pattern="@spam.example", at=NOW)
    return Everything(queue, second, agent.memberships.get(), rule, calendar, policy, mailbox, agent, grant)


def entries() -> list[tuple[str, str]]:
    """Give what was recorded, the oldest first."""
    return [(entry.kind, entry.action) for entry in AuditEntry.objects.order_by("pk")]
