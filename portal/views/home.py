"""The first page: search, help, one's own requests."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from channels_intake.chat.watching import is_anybody_there
from people.models import User
from portal.queries import newest_requests, popular


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Greet end users; agents go to their own start page."""
    person = request.user if isinstance(request.user, User) else None
    if person is not None and person.is_agent:
        return redirect("reports:start")
    context = {
        "requests": newest_requests(person, most=5) if person else [],
        "chat_is_open": is_anybody_there(timezone.now()),
        "popular": popular(person, get_language() or "de"),
    }
    return render(request, "portal/home.html", context)
