"""Gives logged-in people the cookie that admits to their event stream, and ends the stream when they leave."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from helpdesk.lib.stream_ends import end_streams
from helpdesk.lib.stream_tokens import DAY, Listener, chat_token, listener_token
from people.models import User

COOKIE, PATH = "events", "/events/"
CHAT_COOKIE = "chat_events"
LEFT = "helpdesk.logged_out"


class StreamsCookieMiddleware:
    """Sets the cookie with every whole page: it goes to /events/ alone, so pages can't see whether it is still good."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the cookie set, or removed after a log-out."""
        response = self.get_response(request)
        if request.META.get(LEFT):
            response.delete_cookie(COOKIE, path=PATH, samesite="Strict")
        elif _is_page(request, response) and isinstance(request.user, User):
            _set(
                response,
                COOKIE,
                listener_token(Listener(request.user.pk, request.user.is_agent, _session(request))),
                PATH,
            )
        return response


def admit_to_chat(response: HttpResponse, key: str) -> None:
    """Let whoever gets this response listen to the chat at /events/chat/<key>/."""
    _set(response, CHAT_COOKIE, chat_token(key), f"{PATH}chat/{key}/")


@receiver(user_logged_out)
def end_with_the_session(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    """End the streams of the session that is over."""
    request.META[LEFT] = True
    if user is not None:
        end_streams(user.pk, _session(request))


def _is_page(request: HttpRequest, response: HttpResponse) -> bool:
    """Tell whether this is a whole page for somebody the view knows."""
    if request.method != "GET" or response.status_code != 200 or "HX-Request" in request.headers or response.streaming:
        return False
    is_html = response.headers.get("Content-Type", "").startswith("text/html")
    return is_html and request.session.accessed and request.user.is_authenticated


def _session(request: HttpRequest) -> str:
    return hashlib.sha256((request.session.session_key or "").encode()).hexdigest()[:16]


def _set(response: HttpResponse, name: str, value: str, path: str) -> None:
    response.set_cookie(name, value, max_age=DAY, path=path, httponly=True, secure=settings.HTTPS, samesite="Strict")
