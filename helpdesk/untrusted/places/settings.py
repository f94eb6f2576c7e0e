"""What administrators call things, in the settings and their record."""

from collections.abc import Iterator
from functools import partial

from channels_intake.models import Mailbox
from helpdesk.administration.operations.queues import save_queue
from helpdesk.administration.operations.rules import save_rule
from helpdesk.untrusted.places import Place
from helpdesk.untrusted.world import World, page, sent
from tickets.models import Membership, RoutingRule


def settings_places(world: World, text: str) -> Iterator[Place]:
    """Call a queue, a rule, a mailbox and a member so."""
    queue, rule, mailbox = _named(world, text)
    for name, path in {
        "list of queues": "queues/",
        "queue": f"queues/{queue}/",
        "list of rules": "rules/",
        "rule": f"rules/{rule}/",
        "question before a rule is deleted": f"rules/{rule}/removal/",
        "list of mailboxes": "mailboxes/",
        "mailbox": f"mailboxes/{mailbox}/",
        "list of people": "people/",
        "person": f"people/{world.requester.pk}/",
        "record of changes": "audit/",
    }.items():
        yield name, partial(page, world.at_desk, f"/settings/{path}")
    given: dict[str, object] = {"name_de": text, "name_en": text, "tier": text, "colour": text, "reopen_days": text}
    yield "form of a queue, refused", partial(sent, world.at_desk, f"/settings/queues/{queue}/", given)
    joining: dict[str, object] = {"user": world.admin.pk, "level": 3}
    member = Membership.objects.get(queue=world.first, user=world.agent)
    yield (
        "toast after somebody left a queue",
        partial(sent, world.at_desk, f"/settings/queues/{world.first.pk}/members/{member.pk}/removal/", {}),
    )
    yield "form of a member, refused", partial(sent, world.at_desk, f"/settings/queues/{queue}/members/", joining)
    yield "ticket list with named queues", partial(page, world.at_desk, "/tickets/", queue=world.first.slug)


def _named(world: World, text: str) -> tuple[int, int, int]:
    queue = world.first
    queue.name_de = queue.name_en = text[:80]
    save_queue(queue, by=world.admin, now=world.now)
    rule = RoutingRule(name=text[:80], words=text, queue=queue)
    save_rule(rule, by=world.admin, now=world.now)
    box = Mailbox.objects.create(
        name=text[:80], address="support@helpdesk.example", queue=queue, host=text[:255], username=text[:254],
        folder=text[:200], move_to=text[:200], last_error=text,
    )  # fmt: skip
    return queue.pk, rule.pk, box.pk
