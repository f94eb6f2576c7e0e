"""Tickets that were escalated before there were hand-overs keep who handed them over, when and why."""

from collections import defaultdict

from django.db import migrations

_OPEN = ("new", "open", "pending_customer", "pending_third", "scheduled")


def keep(apps, schema_editor):
    """Make a hand-over of each escalation, taken by whoever was assigned next."""
    Event, Handover = apps.get_model("tickets", "Event"), apps.get_model("tickets", "Handover")
    Queue, Ticket = apps.get_model("tickets", "Queue"), apps.get_model("tickets", "Ticket")
    tiers = dict(Queue.objects.values_list("pk", "tier"))
    told = Event.objects.filter(kind="escalated", facts__has_key="target").exclude(facts__has_key="handover")
    events = told.select_related("ticket").order_by("ticket_id", "at", "pk")
    assigned = defaultdict(list)
    for ticket, at, facts in (
        Event.objects.filter(kind="assigned", ticket__in=told.order_by().values("ticket"))
        .order_by("at", "pk")
        .values_list("ticket_id", "at", "facts")
    ):
        assigned[ticket].append((at, facts.get("target")))
    people = set(apps.get_model("people", "User").objects.values_list("pk", flat=True))
    hops, rows = defaultdict(int), []
    for event in events.iterator(chunk_size=2_000):
        origin, target = event.facts.get("origin"), event.facts["target"]
        if origin not in tiers or target not in tiers:
            continue
        hops[event.ticket_id] += 1
        reason = str(event.facts.get("reason", ""))
        by_clock = reason.startswith("clock:")
        taken = next(((at, by) for at, by in assigned[event.ticket_id] if at >= event.at and by in people), None)
        is_here = event.ticket.queue_id == target and event.ticket.state in _OPEN
        difference = tiers[target] - tiers[origin]
        rows.append(
            Handover(
                ticket_id=event.ticket_id, attempt=hops[event.ticket_id], from_queue_id=origin, to_queue_id=target,
                direction="up" if difference > 0 else "down" if difference < 0 else "side",
                reason="clock" if by_clock else "other", summary=event.ticket.subject if by_clock else reason,
                completeness=38, state="accepted", offered_by_id=event.by_id, offered_at=event.at,
                accepted_at=taken[0] if taken else event.at, accepted_by_id=taken[1] if taken else None,
                ended_at=None if is_here else event.at,
            )
        )
    Handover.objects.bulk_create(rows, batch_size=1_000)
    tickets = [Ticket(pk=pk, hops=number) for pk, number in hops.items()]
    Ticket.objects.bulk_update(tickets, ["hops"], batch_size=1_000)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_people"), ("tickets", "0018_handovers")]
    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
