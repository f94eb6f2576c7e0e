"""The visitor's side of the chat."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Greatest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels_intake.chat import bot, lines, talking
from channels_intake.chat.envelopes import to_envelope
from channels_intake.chat.forms import GuestQuestionForm, LineForm, QuestionForm
from channels_intake.chat.watching import is_anybody_there
from channels_intake.models import Chat
from helpdesk.lib.limits import allow
from helpdesk.streams_cookie import admit_to_chat
from people.models import User

COOKIE, PATH = "chat", "/intake/chat/"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TEMPLATE = "intake/_chat_line.html"


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Ask for the first line, or say that nobody is there; lead back to a chat that still runs."""
    now = timezone.now()
    if (running := _running(request)) is not None:
        return redirect("intake:chat_window", key=running.key)
    person = request.user if isinstance(request.user, User) else None
    kind = QuestionForm if person else GuestQuestionForm
    form = kind(request.POST or None, initial={"client_id": uuid.uuid4(), "text": request.GET.get("q", "")[:500]})
    is_open = is_anybody_there(now)
    if request.method == "POST" and is_open and form.is_valid() and not form.is_from_robot:
        address = person.email if person else form.cleaned_data["email"].lower()
        if _may_ask(request, address):
            return _start(request, person, address, form, now)
        form.add_error(None, gettext("There were many chats from here just now. Please write to us instead."))
    return render(request, "intake/chat_begin.html", {"form": form, "is_open": is_open}, status=_status(form))


@require_safe
def window(request: HttpRequest, key: str) -> HttpResponse:
    """Show the chat."""
    chat = chat_of(request, key)
    context = {
        "chat": chat,
        "messages_said": lines.for_visitor(chat),
        "status": _state(chat),
        "client_id": uuid.uuid4(),
        "asks": bot.step(chat) is not None,
    }
    response = render(request, "intake/chat_window.html", context)
    response["Cache-Control"] = "private, no-store"
    admit_to_chat(response, chat.key)
    return response


@require_http_methods(["GET", "POST"])
def talk(request: HttpRequest, key: str) -> HttpResponse:
    """Give what was said after a line; take a new line in."""
    chat, now = chat_of(request, key), timezone.now()
    if request.method == "GET":
        after = _number(request.GET.get("after", ""))
        _remember(chat, after, now)
        return _answer(chat, after)
    form = LineForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": gettext("This line is empty or too long.")}, status=422)
    if not allow(f"chat-line:{chat.key}", 40, per=MINUTE):
        return JsonResponse({"error": gettext("That was a lot at once. Please wait a moment.")}, status=429)
    try:
        talking.write(chat, text=form.cleaned_data["text"], client_id=form.cleaned_data["client_id"], now=now)
    except talking.CannotChat:
        return JsonResponse({"error": gettext("The chat has ended.")}, status=410)
    after = _number(request.POST.get("after", ""))
    _remember(chat, after, now)
    return _answer(chat, after)


@require_POST
def leave(request: HttpRequest, key: str) -> HttpResponse:
    """End the chat."""
    chat = chat_of(request, key)
    talking.end(chat, why=Chat.EndedBy.VISITOR, by=chat.visitor, now=timezone.now())
    return redirect("intake:chat_window", key=key)


def _start(request: HttpRequest, person: User | None, address: str, form: QuestionForm, now: datetime) -> HttpResponse:
    data = form.cleaned_data
    envelope = to_envelope(
        address=address,
        name=person.name if person else data["name"],
        text=data["text"],
        client_id=data["client_id"],
        language=get_language() or "de",
    )
    try:
        started = talking.start(envelope, now=now)
        bot.begin(started.chat, now=now)
    except talking.CannotChat:
        form.add_error(None, gettext("We cannot chat with this address. Please call us."))
        return render(request, "intake/chat_begin.html", {"form": form, "is_open": True}, status=422)
    response = redirect("intake:chat_window", key=started.chat.key)
    response.set_cookie(
        COOKIE,
        f"{started.chat.key}.{started.secret}",
        max_age=24 * 3600,
        path=PATH,
        httponly=True,
        secure=settings.HTTPS,
        samesite="Strict",
    )
    return response


def chat_of(request: HttpRequest, key: str) -> Chat:
    """
    Find the chat for its visitor.

    :raises Http404: for everybody else.
    """
    theirs, _, secret = request.COOKIES.get(COOKIE, "").partition(".")
    chats = Chat.objects.select_related("ticket__queue", "ticket__assignee", "visitor")
    chat = chats.filter(key=key).first() if theirs == key else None
    if chat is None or not chat.admits(secret) or not chat.visitor.is_active:
        raise Http404
    return chat


def _running(request: HttpRequest) -> Chat | None:
    key = request.COOKIES.get(COOKIE, "").partition(".")[0]
    try:
        chat = chat_of(request, key) if key else None
    except Http404:
        return None
    return chat if chat is not None and chat.is_running else None


def _remember(chat: Chat, after: int, now: datetime) -> None:
    """Remember that the visitor is there and which line they have."""
    newest = min(after, lines.newest(chat))
    Chat.objects.running().filter(pk=chat.pk).update(seen_at=now, seen_id=Greatest(F("seen_id"), newest))


def _answer(chat: Chat, after: int) -> JsonResponse:
    said = lines.as_json(lines.for_visitor(chat, after), TEMPLATE)
    response = JsonResponse({"lines": said, **_state(chat)})
    response["Cache-Control"] = "private, no-store"
    return response


def _state(chat: Chat) -> dict[str, Any]:
    if not chat.is_running:
        return {"state": "ended", "status": gettext("The chat has ended. We go on by e-mail.")}
    if chat.ticket.last_agent_at is not None:
        name = chat.ticket.assignee.display_name if chat.ticket.assignee else gettext("the helpdesk")
        return {"state": "open", "status": gettext("You talk with %(name)s") % {"name": name}}
    before = Chat.objects.running().filter(ticket__last_agent_at__isnull=True, started_at__lt=chat.started_at).count()
    if not before:
        return {"state": "waiting", "status": gettext("You are next. Somebody is coming.")}
    words = ngettext("%(count)s person is before you.", "%(count)s people are before you.", before)
    return {"state": "waiting", "status": words % {"count": before}}


def _may_ask(request: HttpRequest, address: str) -> bool:
    client = request.META.get("REMOTE_ADDR", "")
    return allow(f"chat:{address}", 5, per=HOUR) and allow(f"chat-from:{client}", 30, per=HOUR)


def _status(form: QuestionForm) -> int:
    return 422 if form.is_bound else 200


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
