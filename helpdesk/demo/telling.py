"""Tells the stories of the example company: each ticket goes through the product's own operations, in the past."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from helpdesk.demo.company import Company, read
from people.models import User
from tickets import timers
from tickets.models import Clock, Message, Queue, SolutionAttempt, Ticket, Triage
from tickets.operations import (
    assigning,
    escalation,
    holding,
    noting,
    reopening,
    replying,
    resolution,
    routing,
    trying,
    voiding,
)
from tickets.operations.opening import open_ticket
from tickets.triage import pipeline

_SCALES = {"P1": (3, 3), "P2": (1, 3), "P3": (1, 2), "P4": (1, 1)}
_FIRST_LEVEL = {"de": "first-level", "en": "service-desk-uk"}
_WAITING = {
    "customer": Ticket.State.PENDING_CUSTOMER,
    "third": Ticket.State.PENDING_THIRD,
    "scheduled": Ticket.State.SCHEDULED,
}
_OUTCOMES = {"helped": SolutionAttempt.Outcome.WORKED, "no_help": SolutionAttempt.Outcome.FAILED}


def tell_stories(company: Company, *, now: datetime) -> int:
    """Open every ticket in order of time and take it through its steps; return how many."""
    rows = [row for name in ("stories", "everyday") for row in read(name)["tickets"]]
    rows.sort(key=lambda row: -row["days_ago"])
    tickets: dict[str, Ticket] = {}
    for row in rows:
        story = _Story(company, row, now - timedelta(days=row["days_ago"]), now, tickets)
        tickets[row["key"]] = story.tell()
    let_clocks_run_out(now)
    return len(rows)


def let_clocks_run_out(now: datetime) -> None:
    """Fire what fell due untold, each at its moment, so that nothing fires when the workers start."""
    while clock := Clock.objects.filter(wake_at__lte=now).order_by("wake_at").first():
        timers.fire(clock.pk, clock.wake_at or now)


@dataclass
class _Story:
    company: Company
    row: dict[str, Any]
    at: datetime
    end: datetime
    others: dict[str, Ticket]
    ticket: Ticket = field(init=False)

    def tell(self) -> Ticket:
        self._open()
        for step in self.row.get("steps", []):
            self.at = min(self.at + timedelta(minutes=step.get("after", 0)), self.end)
            self.ticket = Ticket.objects.select_related("queue", "requester", "specialists").get(pk=self.ticket.pk)
            getattr(self, f"_{step['kind']}")(step)
        return self.ticket

    def _open(self) -> None:
        row = self.row
        impact, urgency = _SCALES[row["priority"]]
        by_phone = row["channel"] == "phone"
        taker = next((s["by"] for s in row.get("steps", []) if "by" in s), "jana.petersen")
        self.ticket = open_ticket(
            requester=self.company.people[row["requester"]],
            subject=row["subject"],
            text=row["text"].strip(),
            channel=Ticket.Channel(row["channel"]),
            now=self.at,
            by=self.company.people[taker] if by_phone else None,
            queue=self.company.queues[_FIRST_LEVEL[row["language"]]],
            ticket_kind=Ticket.Kind(row.get("type", "incident")),
            # Nobody has looked at a new one yet.
            category=None if row["state"] == "new" else self.company.categories[row["topic"]],
            language=row["language"],
            impact=impact,
            urgency=urgency,
            kind=Message.Kind.CALL if by_phone else self._kind(Message.Kind.CUSTOMER),
        )
        Ticket.objects.filter(pk=self.ticket.pk).update(specialists=self.company.topics[row["topic"]])
        Triage.objects.create(ticket=self.ticket, at=self.at)  # the story decides queue and priority, not triage
        pipeline.triage(self.ticket, now=self.at, may_route=False)

    def _kind(self, usual: Message.Kind) -> Message.Kind:
        return Message.Kind.CHAT if self.row["channel"] == "chat" else usual

    def _by(self, step: dict[str, Any]) -> User:
        return self.company.people[step["by"]]

    def _take(self, step: dict[str, Any]) -> None:
        agent = self._by(step)
        if self.ticket.assignee_id != agent.pk:
            assigning.assign(self.ticket, to=agent, by=agent, now=self.at)

    def _assign(self, step: dict[str, Any]) -> None:
        assigning.assign(self.ticket, to=self.company.people[step["to"]], by=self._by(step), now=self.at)

    def _message(self, step: dict[str, Any]) -> None:
        author = self.company.people[step["by"]] if "by" in step else self.ticket.requester
        channel = Ticket.Channel.EMAIL if self.row["channel"] == "phone" else Ticket.Channel(self.row["channel"])
        replying.receive_message(self.ticket, author=author, text=step["text"].strip(), channel=channel, now=self.at)

    def _reply(self, step: dict[str, Any]) -> None:
        kind = self._kind(Message.Kind.REPLY)
        replying.reply(self.ticket, text=step["text"].strip(), by=self._by(step), now=self.at, kind=kind)

    def _note(self, step: dict[str, Any]) -> None:
        noting.note(self.ticket, text=step["text"].strip(), by=self._by(step), now=self.at)

    def _attempt(self, step: dict[str, Any]) -> None:
        outcome = _OUTCOMES.get(step.get("outcome", ""), SolutionAttempt.Outcome.OPEN)
        text = self.company.solution(step["article"], self.row["language"])
        trying.try_solution(self.ticket, text=text, by=self._by(step), now=self.at, outcome=outcome)

    def _escalate(self, step: dict[str, Any]) -> None:
        target: Queue = self.company.queues[step["to"]]
        if target.pk == self.ticket.queue_id:
            return  # the clock was faster
        if target.tier > self.ticket.queue.tier:
            Ticket.objects.filter(pk=self.ticket.pk).update(specialists=target)
            escalation.escalate(self.ticket, reason=step["reason"].strip(), by=self._by(step), now=self.at)
        else:
            routing.route(self.ticket, to=target, by=self._by(step), now=self.at, reason=step["reason"].strip())

    def _wait(self, step: dict[str, Any]) -> None:
        until = self.at + timedelta(minutes=step["until"]) if "until" in step else None
        holding.hold(self.ticket, state=_WAITING[step["on"]], by=self._by(step), now=self.at, until=until)

    def _resolve(self, step: dict[str, Any]) -> None:
        resolution.resolve(self.ticket, solution=step["text"].strip(), by=self._by(step), now=self.at)

    def _reopen(self, step: dict[str, Any]) -> None:
        reopening.reopen(self.ticket, by=self.ticket.requester, now=self.at, reason=step.get("text", "").strip())
        if step.get("text"):
            self._message(step)

    def _close(self, step: dict[str, Any]) -> None:
        how = step["confirmation"]
        if how == "customer_yes":
            resolution.confirm(self.ticket, by=self.ticket.requester, now=self.at)
        else:
            resolution.close(self.ticket, by=self.ticket.assignee if how == "by_phone" else None, now=self.at)

    def _void(self, step: dict[str, Any]) -> None:
        other = self.others.get(step.get("duplicate_of", ""))
        reason = Ticket.VoidReason(step["reason"])
        voiding.void(self.ticket, reason=reason, by=self._by(step), now=self.at, merged_into=other)

    def _breach(self, step: dict[str, Any]) -> None:
        clocks = self.ticket.clocks.filter(metric=step["metric"], state=Clock.State.RUNNING, due_at__lte=self.end)
        clock = clocks.order_by(F("due_at")).first()
        if clock is not None and clock.due_at is not None:
            self.at = max(self.at, clock.due_at)
            timers.fire(clock.pk, self.at)
