"""The agents' side of the chat."""

import uuid
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels_intake.chat import lines, talking
from channels_intake.chat.forms import AgentLineForm
from channels_intake.chat.watching import watch
from channels_intake.models import Chat
from knowledgebase.models import Article, ArticleText
from knowledgebase.rendering import plain
from knowledgebase.search import find_solutions
from people.models import User
from tickets.models import Ticket
from tickets.operations.noting import CannotNote, note
from tickets.operations.replying import CannotReply
from tickets.operations.trying import try_solution
from tickets.permissions import can
from tickets.views.access import StaffRequest, staff_only, ticket_for

TEMPLATE = "intake/_desk_line.html"


@staff_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the chats that run, the longest waiting first."""
    context = {"chats": _running(cast(User, request.user)), "now": timezone.now()}
    part = "HX-Request" in request.headers
    return render(request, "intake/_chats.html" if part else "intake/chats.html", context)


@staff_only
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Count who waits, for the navigation; that the page asks shows that an agent would see a new chat."""
    user, now = cast(User, request.user), timezone.now()
    watch(user, now)
    count = sum(chat.ticket.last_agent_at is None for chat in _running(user))
    return render(request, "intake/_waiting.html", {"count": count})


@staff_only
@require_safe
def show(request: HttpRequest, ticket: int) -> HttpResponse:
    """Show one chat."""
    found = _ticket(request, ticket)
    context = {
        "ticket": found,
        "chat": found.chat,
        "messages_said": lines.for_agents(found),
        "solutions": _solutions(found),
        "may_reply": can(cast(User, request.user), "reply", found),
        "client_id": uuid.uuid4(),
        "status": _state(found.chat),
    }
    return render(request, "intake/chat_desk.html", context)


@staff_only
@require_http_methods(["GET", "POST"])
def talk(request: HttpRequest, ticket: int) -> HttpResponse:
    """Give what was said after a line; add a line or a note."""
    if request.method == "GET":
        found = _ticket(request, ticket)
        after = request.GET.get("after", "")
        return _answer(found, after)
    is_note = bool(request.POST.get("is_note"))
    found = _ticket(request, ticket, "note" if is_note else "reply")
    form = AgentLineForm(request.POST)
    if not form.is_valid():
        return _refused(request, ticket, gettext("This line is empty or too long."), 422)
    try:
        _add(request, found, form.cleaned_data)
    except talking.CannotChat:
        return _refused(request, ticket, gettext("The chat has ended. Answer from the ticket; it goes by e-mail."), 410)
    except (CannotReply, CannotNote):
        return _refused(request, ticket, gettext("The ticket is closed. Open it again, then answer."), 422)
    if "application/json" not in request.headers.get("Accept", ""):
        return redirect("intake:chat_desk", ticket=ticket)
    return _answer(found, request.POST.get("after", ""))


@staff_only
@require_safe
def solutions(request: HttpRequest, ticket: int) -> HttpResponse:
    """Show what fits what the visitor has written so far."""
    found = _ticket(request, ticket)
    return render(request, "intake/_chat_solutions.html", {"ticket": found, "solutions": _solutions(found)})


@staff_only
@require_POST
def finish(request: HttpRequest, ticket: int) -> HttpResponse:
    """End the chat; what is still to say goes by e-mail."""
    found, by = _ticket(request, ticket, "reply"), cast(User, request.user)
    if talking.end(found.chat, why=Chat.EndedBy.AGENT, by=by, now=timezone.now()):
        messages.success(request, gettext("The chat has ended. Answers now go by e-mail."))
    return redirect(reverse("tickets:show", args=[ticket]))


def _running(user: User) -> list[Chat]:
    visible = Ticket.objects.visible_to(user).values("pk")
    chats = Chat.objects.running().filter(ticket__in=visible)
    return list(chats.select_related("ticket__queue", "ticket__assignee", "visitor").order_by("started_at")[:100])


def _ticket(request: HttpRequest, pk: int, action: str = "view_notes") -> Ticket:
    """
    Fetch the ticket of a chat.

    :raises Http404: if there is none, or it is not theirs to see.
    """
    ticket = ticket_for(cast(StaffRequest, request), pk, action)
    ticket.chat = get_object_or_404(Chat.objects.select_related("visitor"), ticket=ticket)
    return ticket


def _add(request: HttpRequest, ticket: Ticket, data: dict[str, Any]) -> None:
    by, now = cast(User, request.user), timezone.now()
    if data["is_note"]:
        note(ticket, text=data["text"], by=by, now=now, client_id=data["client_id"])
        return
    talking.answer(ticket.chat, text=data["text"], by=by, client_id=data["client_id"], now=now)
    if data["articles"]:
        readable = Article.objects.published().visible_to(by)
        for text in ArticleText.objects.filter(pk__in=data["articles"], article__in=readable).order_by("pk"):
            try_solution(ticket, text=text, by=by, now=now)


def _solutions(ticket: Ticket) -> list[dict[str, Any]]:
    """Find what fits the visitor's own words; the newest count as much as the first."""
    said = [message.text for message in lines.for_visitor(ticket.chat) if not message.is_from_staff]
    found = find_solutions("\n".join(said)[-4000:], language=ticket.language)
    return [
        {"found": hit, "insert": f"{hit.text.title}\n{plain(hit.text.steps)}"[:3500], "is_public": _is_public(hit.text)}
        for hit in found
    ]


def _is_public(text: ArticleText) -> bool:
    return text.article.audience == Article.Audience.PUBLIC


def _answer(ticket: Ticket, after: str) -> JsonResponse:
    number = int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0
    said = lines.as_json(lines.for_agents(ticket, number), TEMPLATE)
    return JsonResponse({"lines": said, **_state(ticket.chat)})


def _state(chat: Chat) -> dict[str, str]:
    chat.refresh_from_db(fields=["ended_at", "ended_by", "seen_at"])
    if not chat.is_running:
        return {"state": "ended", "status": str(chat.get_ended_by_display())}
    if not chat.is_there(timezone.now()):
        return {"state": "away", "status": gettext("The visitor's page does not answer any more.")}
    return {"state": "open", "status": gettext("The visitor is there.")}


def _refused(request: HttpRequest, ticket: int, why: str, status: int) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"error": why}, status=status)
    messages.error(request, why)
    return redirect("intake:chat_desk", ticket=ticket)
