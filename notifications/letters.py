"""What our mails say, in the recipient's language."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from notifications import digests
from notifications.incident_links import incident_link
from notifications.links import agent_link, ticket_link
from notifications.models import Delivery, Sender
from notifications.senders import sender_for, signature
from people.models import User
from tickets.models import Attachment, Event, Handover, IncidentNews, Message, Queue, SolutionAttempt, Ticket
from tickets.permissions import can
from tickets.timers import CLOSE_AFTER

QUOTES = 2
QUOTED_CHARACTERS = 5_000


@dataclass(frozen=True, slots=True)
class Link:
    """A button, or a line with an address in plain text."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Quote:
    """An earlier public message, below the text."""

    head: str
    text: str

    @property
    def lines(self) -> list[str]:
        """Give the lines for the plain text."""
        return [f"> {line}".rstrip() for line in self.text.splitlines()]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a digest: a deadline, and the ticket it belongs to."""

    when: str
    words: str
    link: Link


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail before it is laid out."""

    language: str
    sender: Sender | None = None  # of our addresses; None: the one of the house
    author: str = ""  # who of us wrote it; empty: the house
    lead: str = ""  # what we say before the text
    text: str = ""  # what a person wrote
    html: str = ""  # the same as it was written, not cleaned
    signature: str = ""
    question: str = ""
    links: tuple[Link, ...] = ()
    foot: str = ""
    foot_link: str = ""
    quotes: tuple[Quote, ...] = ()
    files: tuple[Attachment, ...] = ()
    automatic: str = ""  # "auto-generated" or "auto-replied" when no person wrote it
    facts: tuple[tuple[str, str], ...] = field(default=())
    subject: str = ""  # empty: the one of the ticket
    entries: tuple[Entry, ...] = ()  # of a digest, which is about several tickets and belongs to no thread


def write(delivery: Delivery) -> Letter:
    """
    Write the mail for this delivery.

    :raises CannotWrite: if there is nothing to say about this kind of event, or nobody to say it to.
    """
    event, person = delivery.event, delivery.recipient
    gathered = digests.told_by(delivery)
    if person is not None and len(gathered) > 1:
        with override(person.language):
            return _digest(gathered, person)
    writer = _WRITERS.get(event.kind)
    if writer is None or person is None:
        raise CannotWrite(f"There is no mail about {event.kind}.")
    with override(person.language):
        return writer(event, person)


class CannotWrite(Exception):
    """There is no mail about this kind of event, or its recipient is gone."""


def _replied(event: Event, person: User) -> Letter:
    message, ticket = _public(event), event.ticket
    sender = sender_for(ticket)
    foot, foot_link = _way_back(ticket, person)
    question, links = _did_it_help(message, ticket, person)
    return Letter(
        language=person.language,
        sender=sender,
        author=event.by.name if event.by else "",
        text=message.text,
        html=message.html,
        question=question,
        links=links,
        signature=signature(sender, ticket=ticket, by=event.by, language=person.language),
        quotes=_quotes(message),
        files=tuple(message.attachments.select_related("blob").order_by("pk")),
        foot=foot,
        foot_link=foot_link,
    )


def _did_it_help(message: Message, ticket: Ticket, person: User) -> tuple[str, tuple[Link, ...]]:
    """Ask about the solution a message carries, whoever may answer; the links show a page, whose buttons store."""
    asked = SolutionAttempt.objects.filter(message=message, outcome=SolutionAttempt.Outcome.OPEN).select_related("text")
    attempt = asked.exclude(asked_at=None).order_by("pk").first()
    if attempt is None or not can(person, "confirm", ticket):
        return "", ()
    address = f"{ticket_link(ticket, person)}solutions/{attempt.pk}/"
    return _("Did that help?"), (
        Link(_("Yes, it helped"), f"{address}?helped=yes"),
        Link(_("No, I still need help"), f"{address}?helped=no"),
    )


def _way_back(ticket: Ticket, person: User) -> tuple[str, str]:
    """Give the words and the link to the ticket; whoever gets a blind copy need not be let in."""
    if can(person, "message", ticket):
        words = _("Your request %(number)s: read everything and answer online")
        return words % {"number": ticket.number}, ticket_link(ticket, person)
    if can(person, "view", ticket):
        return _("Open the ticket"), agent_link(ticket)
    return "", ""


def _acknowledged(event: Event, person: User) -> Letter:
    message = _public(event)
    question, links = _did_it_help(message, event.ticket, person)
    return Letter(
        language=person.language,
        sender=sender_for(event.ticket),
        # It repeats nothing of what came in: with a forged sender it would carry somebody else's words.
        text=message.text,
        html=message.html,
        question=question,
        links=links or (Link(_("See your request"), ticket_link(event.ticket, person)),),
        foot=_("This mail was written automatically. You can simply reply to it."),
        automatic="auto-replied",
    )


def _resolved(event: Event, person: User) -> Letter:
    ticket, link = event.ticket, ticket_link(event.ticket, person)
    told = str(event.facts.get("solution", ""))
    return Letter(
        language=person.language,
        sender=sender_for(ticket),
        author=event.by.name if event.by else "",
        lead=_("Your request “%(subject)s” is solved:") % {"subject": ticket.subject},
        text=ticket.resolution if ticket.resolution.startswith(told) else told,
        question=_("Did that help?"),
        links=(
            Link(_("Yes, it helped"), f"{link}?helped=yes"),
            Link(_("No, I still need help"), f"{link}?helped=no"),
        ),
        foot=_("Without an answer the request is closed in %(days)s days. A reply to this mail opens it again.")
        % {"days": CLOSE_AFTER.days},
        automatic="auto-generated",
    )


def _informed(event: Event, person: User) -> Letter:
    """Write what is new about an incident to somebody who is affected; the last time, ask whether it works again."""
    news = IncidentNews.objects.select_related("incident").get(event=event)
    title, link = news.incident.title_in(person.language), incident_link(news.incident, person)
    answers = (Link(_("Yes, it works"), f"{link}?works=yes"), Link(_("No, not yet"), f"{link}?works=no"))
    return Letter(
        language=person.language,
        sender=sender_for(event.ticket),
        author=event.by.name if event.by else "",
        lead=_("You told us that you are affected by “%(title)s”.") % {"title": title},
        text=news.text_in(person.language),
        question=_("Does it work again?") if news.is_last else "",
        links=answers if news.is_last else (),
        automatic="auto-generated",
        subject=title,
    )


def _assigned(event: Event, person: User) -> Letter:
    by = event.by.display_name if event.by else _("The helpdesk")
    return _to_staff(event, person, _("%(who)s gave you %(ticket)s.") % {"who": by, "ticket": event.ticket.number})


def _escalated(event: Event, person: User) -> Letter:
    reason = str(event.facts.get("reason", ""))
    metric = _metric(reason.removeprefix("clock:")) if reason.startswith("clock:") else ""
    if metric:
        lead = _("%(ticket)s was handed to %(queue)s, because a deadline was missed: %(metric)s.")
    else:
        lead = _("%(ticket)s was handed to %(queue)s.")
    return _to_staff(event, person, lead % {**_names(event.ticket), "metric": metric}, "" if metric else reason)


def _returned(event: Event, person: User) -> Letter:
    why = dict(Handover.Return.choices).get(str(event.facts.get("code", "")), "")
    lead = _("The hand-over of %(ticket)s was returned to %(queue)s: %(why)s.") % {**_names(event.ticket), "why": why}
    return _to_staff(event, person, lead, str(event.facts.get("reason", "")))


def _given_back(event: Event, person: User) -> Letter:
    lead = _("%(ticket)s was given back to %(queue)s without a solution.")
    if event.facts.get("outcome") == Handover.Outcome.SOLUTION_BACK:
        lead = _("%(ticket)s was given back to %(queue)s with the solution.")
    return _to_staff(event, person, lead % _names(event.ticket), str(event.facts.get("reason", "")))


def _lead_called(event: Event, person: User) -> Letter:
    who = event.by.display_name if event.by else _("The clock")
    lead = _("%(who)s called a lead to %(ticket)s in %(queue)s.") % {**_names(event.ticket), "who": who}
    return _to_staff(event, person, lead, str(event.facts.get("reason", "")))


def _warned(event: Event, person: User) -> Letter:
    lead = _("A deadline of %(ticket)s in %(queue)s comes near: %(metric)s, %(when)s.")
    told = {**_names(event.ticket), "metric": _metric(str(event.facts.get("metric", ""))), "when": _due(event)}
    return _to_staff(event, person, lead % told)


def _digest(events: list[Event], person: User) -> Letter:
    """List several deadlines, what is due first at the top."""
    count = {"count": len(events)}
    subject = ngettext("%(count)s deadline needs somebody", "%(count)s deadlines need somebody", len(events)) % count
    return Letter(
        language=person.language,
        lead=_("These deadlines come near or were missed; what is due first stands at the top."),
        entries=tuple(
            Entry(
                _due(event),
                _what(event),
                Link(f"{event.ticket.number} {event.ticket.subject}", agent_link(event.ticket)),
            )
            for event in events
        ),
        foot=_("This mail was written automatically. The next one comes in a quarter of an hour at the earliest."),
        automatic="auto-generated",
        subject=subject,
    )


def _due(event: Event) -> str:
    due = digests.due_at(event)
    moment = date_format(timezone.localtime(due), "SHORT_DATETIME_FORMAT")
    return (_("overdue since %(moment)s") if due <= timezone.now() else _("due %(moment)s")) % {"moment": moment}


def _what(event: Event) -> str:
    ticket = event.ticket
    reason = str(event.facts.get("reason", "")).removeprefix("clock:")
    parts = [_metric(str(event.facts.get("metric") or reason)), ticket.queue.name, ticket.get_priority_display()]
    return " · ".join(part for part in parts if part)


def _breached(event: Event, person: User) -> Letter:
    lead = _("A deadline of %(ticket)s in %(queue)s was missed: %(metric)s.")
    return _to_staff(
        event, person, lead % {**_names(event.ticket), "metric": _metric(str(event.facts.get("metric", "")))}
    )


def _triaged(event: Event, person: User) -> Letter:
    lead = _("Triage was wrong too often and does not act by itself any more: %(name)s. %(ticket)s was the last case.")
    return _to_staff(event, person, lead % {"name": event.facts.get("name", ""), "ticket": event.ticket.number})


def _to_staff(event: Event, person: User, lead: str, text: str = "") -> Letter:
    ticket = event.ticket
    return Letter(
        language=person.language,
        lead=lead,
        text=text,
        facts=(
            (_("Subject"), ticket.subject),
            (_("Requester"), ticket.requester.display_name),
            (_("Priority"), ticket.get_priority_display()),
        ),
        links=(Link(_("Open the ticket"), agent_link(ticket)),),
        foot=_("This mail was written automatically."),
        automatic="auto-generated",
    )


def _public(event: Event) -> Message:
    """Fetch the event's message by way of the manager that has no notes."""
    found = Message.objects.filter(pk=event.message_id or 0).select_related("author").first()
    if found is None:
        raise CannotWrite("There is no public message to send.")
    return found


def _quotes(message: Message, count: int = QUOTES) -> tuple[Quote, ...]:
    """Quote the public messages before this one, the newest first."""
    earlier = Message.objects.filter(ticket=message.ticket_id, pk__lt=message.pk, auto_generated=False)
    kinds = [Message.Kind.CUSTOMER, Message.Kind.REPLY, Message.Kind.CHAT]
    found = earlier.filter(kind__in=kinds).select_related("author").order_by("-pk")[:count]
    return tuple(Quote(_head(quoted), quoted.text[:QUOTED_CHARACTERS]) for quoted in found)


def _head(message: Message) -> str:
    at = date_format(timezone.localtime(message.created_at), "DATETIME_FORMAT")
    name = message.author.name or message.author.email if message.author else _("the helpdesk")
    return _("On %(date)s %(name)s wrote:") % {"date": at, "name": name}


def _names(ticket: Ticket) -> dict[str, str]:
    return {"ticket": ticket.number, "queue": Queue.objects.get(pk=ticket.queue_id).name}


def _metric(metric: str) -> str:
    known = {
        "first_response": _("first response"), "next_response": _("next response"), "resolution": _("resolution"),
        "acceptance": _("acceptance of the hand-over"), "callback": _("call back"),
    }  # fmt: skip
    return known.get(metric, metric)


_WRITERS: dict[str, Callable[[Event, User], Letter]] = {
    Event.Kind.REPLIED: _replied,
    Event.Kind.ACKNOWLEDGED: _acknowledged,
    Event.Kind.RESOLVED: _resolved,
    Event.Kind.ASSIGNED: _assigned,
    Event.Kind.ESCALATED: _escalated,
    Event.Kind.WARNED: _warned,
    Event.Kind.BREACHED: _breached,
    Event.Kind.INFORMED: _informed,
    Event.Kind.TRIAGED: _triaged,
    Event.Kind.RETURNED: _returned,
    Event.Kind.GIVEN_BACK: _given_back,
    Event.Kind.LEAD_CALLED: _lead_called,
}
