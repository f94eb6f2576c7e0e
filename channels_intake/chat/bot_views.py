"""The questions in the visitor's window."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from channels_intake.chat import bot, talking
from channels_intake.chat.visitor import MINUTE, chat_of
from channels_intake.models import Chat
from helpdesk.lib.limits import allow
from tickets.questionnaires.asking import Wrong
from tickets.questionnaires.forms import PREFIX, QuestionsForm


@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest, key: str) -> HttpResponse:
    """Show what is asked now; take an answer in, or leave it to a person."""
    chat, wrong = chat_of(request, key), ""
    if request.method == "POST":
        if not allow(f"chat-line:{chat.key}", 40, per=MINUTE):
            wrong = gettext("That was a lot at once. Please wait a moment.")
        else:
            wrong = _take(request, chat)
        if "HX-Request" not in request.headers:
            return redirect("intake:chat_window", key=key)
    response = render(request, "intake/_bot.html", bot_context(chat, wrong), status=422 if wrong else 200)
    response["Cache-Control"] = "private, no-store"
    return response


def bot_context(chat: Chat, wrong: str = "") -> dict[str, object]:
    """Give what the part of the window that asks shows."""
    step = bot.step(chat)
    question = step.question if step is not None else None
    # Its condition holds already.
    form = QuestionsForm([replace(question, only_if=None)], is_final=False) if question is not None else None
    return {"chat": chat, "step": step, "bot_form": form, "wrong": wrong}


def _take(request: HttpRequest, chat: Chat) -> str:
    """Do what was pressed, and say what is wrong with it."""
    now, data = timezone.now(), request.POST
    try:
        if "person" in data:
            bot.stop(chat, now=now)
        elif "topic" in data:
            bot.choose(chat, data["topic"], now=now)
        elif "question" in data:
            key = data["question"]
            raw = [] if "skip" in data else data.getlist(f"{PREFIX}-{key}")[:50]
            if not raw and "skip" not in data:
                return gettext("Choose or write an answer, or skip the question.")
            bot.answer(chat, key, raw, now=now)
    except Wrong as wrong:
        return str(wrong)
    except talking.CannotChat:
        return gettext("The chat has ended.")
    return ""
