"""The door of the settings: leads read, administrators change."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from people.models import User

_Rest = ParamSpec("_Rest")


class SettingsRequest(HttpRequest):
    """A request of a lead or an administrator."""

    user: User
    htmx: HtmxDetails


_View = Callable[Concatenate[SettingsRequest, _Rest], HttpResponse]
_Checked = Callable[Concatenate[HttpRequest, _Rest], HttpResponse]


def leads_read(view: _View[_Rest]) -> _Checked[_Rest]:
    """Show the page to leads and administrators; only the latter may send something."""

    @wraps(view)
    def checked(request: SettingsRequest, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponse:
        if not request.user.is_agent:
            raise Http404
        if not request.user.is_lead or (request.method not in ("GET", "HEAD") and not request.user.is_admin):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(checked)  # type: ignore[return-value]


def admins_only(view: _View[_Rest]) -> _Checked[_Rest]:
    """Let only administrators in."""

    @wraps(view)
    def checked(request: SettingsRequest, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponse:
        if not request.user.is_admin:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return leads_read(checked)
