"""What the workspace shows, and how it answers after an action: whole pages for plain browsers, parts for htmx."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from knowledgebase.models import Category
from knowledgebase.permissions import can as can_write
from people.models import User
from tickets import categories, conversation, facts, handovers, held, help, permissions, promised, queries
from tickets.absences import away, may_stand_in, represented_by, stand_in_for_tickets
from tickets.handover_forms import unfinished_since
from tickets.models import Absence, Clock, Draft, Event, Handover, Ticket
from tickets.oncall import on_call
from tickets.views.access import StaffRequest, for_page

_ACTIONS = (
    "reply", "note", "draft", "take", "assign", "route", "escalate", "hold", "prioritise", "classify", "resolve", "reopen",
    "void", "try_solution", "view_notes", "accept", "return", "give_back", "call_lead", "answer_call", "call_back",
)  # fmt: skip


def list_context(request: StaffRequest, wanted: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Give what the left columns show: counters, the chosen view, a page of it."""
    counts = queries.counts(request.user, now)
    view = queries.pick(request.user, wanted, now, [queue for queue, _ in counts.queues])
    page = queries.page_of(view, _number(wanted.get("page", "")))
    return {
        "now": now,
        "counts": counts,
        "views": queries.views_for(request.user, counts, view),
        "view": view,
        "kinds": Ticket.Kind.choices,
        "filters": filters(view, counts.categories),
        "categories": counts.categories,
        "on_call": on_call(view.queue, now) if view.queue is not None else None,
        "represented": _represented(request.user, now) if view.key == "deputy" else [],
        "view_count": page.hits if page.hits is not None else counts.of(view),
        "most_hits": queries.MOST_HITS,
        "page": page,
        "groups": groups(page.tickets, view, now, after=wanted.get("after", "")),
        "next_page": page.number + 1,
    }


def filters(view: queries.View, known: list[Category]) -> list[tuple[str, str]]:
    """Say what the list is narrowed to, each with the query that takes it away."""
    kind = str(dict(Ticket.Kind.choices).get(view.kind, ""))
    names = {str(category.pk): category.name for category in known} | {queries.NONE: gettext("no category")}
    category = names.get(view.category, view.category)
    return [
        (words, without)
        for words, without in ((kind, view.narrowed(kind="")), (category, view.narrowed(category="")))
        if words
    ]


def _represented(user: User, now: datetime) -> list[Absence]:
    absent = away(now)
    return [absent[person.pk] for person in represented_by(user, absent)]


def groups(tickets: list[Ticket], view: queries.View, now: datetime, after: str = "") -> list[tuple[str, list[Ticket]]]:
    """Part the rows by when they are due; the first part has no name when the page before ended in it."""
    by_due = view.key not in ("search", queries.RESOLVED)
    parted: list[tuple[str, list[Ticket]]] = []
    for ticket in tickets:
        name = _due_group(ticket, now) if by_due else ""
        if not parted or parted[-1][0] != name:
            parted.append((name, []))
        parted[-1][1].append(ticket)
    if parted and after and parted[0][0] == after:
        parted[0] = ("", parted[0][1])
    return parted


def _due_group(ticket: Ticket, now: datetime) -> str:
    due = ticket.next_due_at
    if due is None:
        return "none"
    if due <= now + queries.SOON:
        return "risk"
    return "today" if timezone.localdate(due) == timezone.localdate(now) else "later"


def ticket_context(request: StaffRequest, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Give what the conversation and the help beside it show; a ticket that was fetched for an action is fetched anew."""
    if not hasattr(ticket, "fact_rows"):
        ticket = get_object_or_404(for_page(request.user), pk=ticket.pk)
    may = {action: permissions.can(request.user, action, ticket) for action in _ACTIONS}
    talk = conversation.read(ticket, notes=may["view_notes"])
    promise, promises = help.promises(ticket, now)
    drafts = {draft.kind: draft for draft in _drafts(ticket)} if may["draft"] else {}
    kept = held.read(ticket, request.user, now)
    known, gone = facts.read(ticket), promised.gone(ticket)
    return {
        "now": now,
        "ticket": ticket,
        "may": may,
        "talk": talk,
        "facts": known,
        "told_facts": [fact for fact in known if fact.text],
        **handover_context(request, ticket),
        "lead_call": _lead_call(ticket, talk.events),
        "callback": promised.callback(ticket),
        "gone": gone,
        "is_offered": gone is not None and gone.is_offered and _is_offered(ticket, request.user, now),
        "promise": promise,
        "promises": promises,
        "acceptance": _of_acceptance(promise, *promises),
        "kinds": Ticket.Kind.choices,
        "categories": categories.read(ticket),
        "solutions": help.solutions(ticket, request.user),
        "recent": help.recent(ticket, request.user),
        "reply_draft": drafts.get(Draft.Kind.REPLY),
        "note_draft": drafts.get(Draft.Kind.NOTE),
        "reply_text": drafts[Draft.Kind.REPLY].body if Draft.Kind.REPLY in drafts else "",
        "note_text": drafts[Draft.Kind.NOTE].body if Draft.Kind.NOTE in drafts else "",
        "client_id": uuid.uuid4(),
        "note_client_id": uuid.uuid4(),
        "writes_note": request.GET.get("write") == "note" or not may["reply"],
        "held": [one for one in kept if one.is_waiting or one.error],
        **copies_context(ticket, [one for one in kept if not one.is_waiting]),
        "may_write_article": lambda: can_write(request.user, "write"),
        "was_reopened": bool(talk.events) and talk.events[-1].kind == Event.Kind.REOPENED,
    }


def handover_context(request: StaffRequest, ticket: Ticket) -> dict[str, Any]:
    """Give the hand-over that matters now, what may be done about it, and the ones before it."""
    all_of_it = handovers.read(ticket)
    one = handovers.shown(all_of_it)
    is_offered = one is not None and one.state == Handover.State.OFFERED
    return {
        "handover": one,
        "handover_words": handovers.words(one) if one else [],
        "handover_tried": handovers.tried(one) if one else [],
        "handovers_before": [other for other in reversed(all_of_it) if other is not one],
        "may_withdraw": is_offered and one is not None and permissions.can_withdraw(request.user, one, ticket),
        "handover_draft": unfinished_since(ticket),
    }


def _of_acceptance(*promises: help.Promise | None) -> help.Promise | None:
    """Give the promise of the hand-over that is offered."""
    of_it = (one for one in promises if one is not None and one.clock.metric == Clock.Metric.ACCEPTANCE)
    return next((one for one in of_it if one.clock.state in Clock.UNFINISHED), None)


def _lead_call(ticket: Ticket, events: list[Event]) -> Event | None:
    if ticket.lead_called_at is None or not ticket.is_open:
        return None
    return next((event for event in reversed(events) if event.kind == Event.Kind.LEAD_CALLED), None)


def _is_offered(ticket: Ticket, user: User, now: datetime) -> bool:
    deputy = stand_in_for_tickets(ticket.assignee_id or 0, away(now))
    return deputy == user and may_stand_in(user, ticket)


def copies_context(ticket: Any, taken_back: list[held.Held]) -> dict[str, Any]:
    """Give what stands around the text of an answer: its recipients, and what came back with one that was taken back."""
    return {
        "people_beside": ticket.people_beside,
        "cc_text": ", ".join(dict.fromkeys(address for one in taken_back for address in one.cc)),
        "bcc_text": ", ".join(dict.fromkeys(address for one in taken_back for address in one.bcc)),
        "kept_files": [file for one in taken_back for file in one.files],
        "resumes": [one.pk for one in taken_back],
        "solution_text": next((one.solution for one in taken_back if one.solution), ""),
    }


def _drafts(ticket: Any) -> list[Draft]:
    return [Draft(**row | {"updated_at": datetime.fromisoformat(row["updated_at"])}) for row in ticket.own_drafts]


def whole_page(request: StaffRequest, ticket: Ticket | None, *, status: int = 200, **extra: Any) -> HttpResponse:
    """Answer with the whole workspace."""
    now = timezone.now()
    context = list_context(request, request.GET, now)
    if ticket is not None:
        context |= ticket_context(request, ticket, now)
        context |= {"open_pk": ticket.pk}
    pane = request.GET.get("pane") or ("talk" if ticket is not None else "list")
    context |= {"pane": pane if pane in ("list", "talk", "panel", "views") else "list"}
    return render(request, "tickets/workspace.html", context | extra, status=status)


def part(request: StaffRequest, template: str, ticket: Ticket, *, status: int = 200, **extra: Any) -> HttpResponse:
    """Answer with a part of the ticket's page."""
    context = ticket_context(request, ticket, timezone.now()) | extra
    return render(request, template, context, status=status)


def changed(
    request: StaffRequest, pk: int, *, template: str = "tickets/_changed.html", said: str = "", **extra: Any
) -> HttpResponse:
    """Answer after an action that worked: the parts that changed, or the way back to the page."""
    found = for_page(request.user) if request.htmx else Ticket.objects.visible_to(request.user).only("pk")
    ticket = found.filter(pk=pk).first()
    query = where(request)
    if ticket is None:
        messages.success(request, said or gettext("Done. The ticket is in other hands now."))
        address = f"{reverse('tickets:list')}?{query.urlencode()}"
        return HttpResponse(headers={"HX-Redirect": address}) if request.htmx else redirect(address)
    if not request.htmx:
        if said:
            messages.success(request, said)
        return redirect(f"{reverse('tickets:show', args=[pk])}?{query.urlencode()}".rstrip("?"))
    return part(request, template, ticket, oob=True, **row_context(request, ticket, query), **extra)


def row_context(request: StaffRequest, ticket: Ticket, wanted: Mapping[str, str]) -> dict[str, Any]:
    """Give what a row in the list needs when it is replaced: its view, and whether it still belongs there."""
    now = timezone.now()
    slug = wanted.get("queue")
    queues = [ticket.queue] if slug == ticket.queue.slug else []
    gone_from_queue = bool(slug) and not queues
    view = queries.pick(request.user, wanted, now, queues)
    left = gone_from_queue or not queries.is_in(view, ticket)
    return {"now": now, "view_query": wanted.urlencode() if isinstance(wanted, QueryDict) else "", "left": left}


def refused(
    request: StaffRequest, ticket: Ticket, why: str, *, form: Form | None = None, status: int = 422, **extra: Any
) -> HttpResponse:
    """Answer to an action that was refused: say why and what to do, beside what was written."""
    if request.htmx:
        context = {"ticket": ticket, "why": why, "seen": request.POST.get("seen", "")} | extra
        response = render(request, "tickets/_refusal.html", context, status=status)
        response["HX-Retarget"] = "#refusal"
        response["HX-Reswap"] = "outerHTML"
        return response
    if form is not None and "body" in form.data:
        extra["note_text" if extra.get("writes_note") else "reply_text"] = form.data["body"]
        extra |= {f"{name}_text": form.data[name] for name in ("cc", "bcc") if name in form.data}
    return whole_page(request, ticket, status=status, why=why, **extra)


def errors_of(form: Form) -> str:
    """Say in one text what is wrong with a form."""
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def where(request: StaffRequest) -> QueryDict:
    """Read from the page's address which view the list shows."""
    address = request.htmx.current_url_abs_path or "" if request.htmx else request.get_full_path()
    query = QueryDict(address.partition("?")[2], mutable=True)
    for name in list(query):
        if name not in ("view", "queue", "q", "kind", "category"):
            del query[name]
    return query


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
