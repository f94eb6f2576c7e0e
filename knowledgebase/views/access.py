"""The door of the agents' pages."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django_htmx.middleware import HtmxDetails

from knowledgebase.models import Article
from people.models import User

_Rest = ParamSpec("_Rest")


class AgentRequest(HttpRequest):
    """A request of somebody who works here."""

    user: User
    htmx: HtmxDetails


def agents_only(
    view: Callable[Concatenate[AgentRequest, _Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, _Rest], HttpResponse]:
    """Ask for a login, and show requesters nothing: they read in the portal."""

    @wraps(view)
    def checked(request: AgentRequest, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponse:
        if not request.user.is_agent:
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(checked)  # type: ignore[return-value]


def article_for(request: AgentRequest, pk: int) -> Article:
    """Fetch an article this agent may read, with its texts; 404 otherwise."""
    return get_object_or_404(Article.objects.visible_to(request.user).with_texts(), pk=pk)
