"""Signing in at mail servers by OAuth: set up here, permitted at the provider, and back."""

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.forms.grants import GrantForm
from helpdesk.administration.health import State
from helpdesk.administration.operations import grants
from helpdesk.administration.views.asking import Question, answer, saved, say_saved, show_form
from notifications import oauth
from notifications.models import OAuthGrant
from people.models import User

_SESSION = "oauth_sign_in"
_MINUTES = 15


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """List the sign-ins and how they are."""
    found = OAuthGrant.objects.defer("client_secret", "access_token").annotate(
        boxes=Count("mailboxes", distinct=True), users=Count("senders", distinct=True)
    )
    rows = [(grant, _state(grant)) for grant in found]
    return render(request, "settings/grants.html", {"rows": rows, "may_write": request.user.is_admin})


@sensitive_post_parameters("secret")
@admins_only
@require_http_methods(["GET", "POST"])
def new(request: SettingsRequest) -> HttpResponse:
    """Set a sign-in up."""
    form = GrantForm(request.POST or None)
    if form.is_bound and saved(form, lambda: _save(form, request.user, timezone.now())):
        say_saved(request)
        return redirect("settings:grant", form.instance.pk)
    return show_form(request, "settings/grant.html", form, {"callback": _callback()})


@sensitive_post_parameters("secret")
@leads_read
@require_http_methods(["GET", "POST"])
def show(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show a sign-in, never its secrets, and save it."""
    grant = get_object_or_404(OAuthGrant, pk=pk)
    context = {
        "name": grant.name, "grant": grant, "state": _state(grant), "callback": _callback(),
        "question": _question(grant.pk, grant.name),
    }  # fmt: skip
    form = GrantForm(request.POST or None, instance=grant)
    if form.is_bound and saved(form, lambda: _save(form, request.user, timezone.now())):
        say_saved(request)
        return redirect("settings:grant", pk)
    return show_form(request, "settings/grant.html", form, context)


@admins_only
@require_POST
def sign_in(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show the way to the provider, and remember who goes there."""
    grant = get_object_or_404(OAuthGrant, pk=pk)
    state, verifier = secrets.token_urlsafe(32), oauth.new_verifier()
    try:
        address = oauth.authorize_url(grant, redirect_uri=_callback(), state=state, verifier=verifier)
    except oauth.CannotSignIn as refusal:
        messages.error(request, str(refusal))
        return redirect("settings:grant", pk)
    request.session[_SESSION] = {
        "grant": pk, "state": state, "verifier": verifier, "until": (timezone.now() + timedelta(minutes=_MINUTES)).isoformat(),
    }  # fmt: skip
    # A link, not a redirect: our pages may send forms to nobody else.
    context = {"grant": grant, "address": address, "host": urlsplit(address).hostname}
    return render(request, "settings/grant_sign_in.html", context)


@admins_only
@require_GET
def callback(request: SettingsRequest) -> HttpResponse:
    """Take what the provider sent back with the browser that went there, once."""
    begun = request.session.pop(_SESSION, None)
    state = request.GET.get("state", "")
    if (
        begun is None
        or not secrets.compare_digest(begun["state"].encode(), state.encode())
        or timezone.now() > datetime.fromisoformat(begun["until"])
    ):
        messages.error(request, gettext("This sign-in was not begun here, or too long ago; begin it again."))
        return redirect("settings:grants")
    grant = get_object_or_404(OAuthGrant, pk=begun["grant"])
    try:
        granted = _finish(request, grant, begun["verifier"])
    except oauth.CannotSignIn as refusal:
        messages.error(request, str(refusal))
    else:
        account = granted.account or granted.name
        messages.success(request, gettext("Signed in as %(account)s.") % {"account": account})
    return redirect("settings:grant", grant.pk)


@admins_only
@require_http_methods(["GET", "POST"])
def removal(request: SettingsRequest, pk: int) -> HttpResponse:
    """Forget a sign-in."""
    grant = get_object_or_404(OAuthGrant, pk=pk)
    return answer(
        request,
        _question(pk, grant.name),
        lambda: grants.remove_grant(grant, by=request.user, now=timezone.now()),
        gettext("The sign-in is forgotten."),
        reverse("settings:grants"),
    )


def _finish(request: SettingsRequest, grant: OAuthGrant, verifier: str) -> OAuthGrant:
    code = request.GET.get("code", "")
    if not code:
        why = request.GET.get("error_description") or request.GET.get("error") or "?"
        raise oauth.CannotSignIn(gettext("The provider refuses: %(why)s") % {"why": why[:300]})
    return grants.sign_in(
        grant, code=code, verifier=verifier, redirect_uri=_callback(), by=request.user, now=timezone.now()
    )


def _callback() -> str:
    return f"{settings.PUBLIC_URL}{reverse('settings:grant_callback')}"


def _save(form: GrantForm, by: User, now: datetime) -> None:
    grants.save_grant(form.instance, client_secret=form.cleaned_data["secret"], by=by, now=now)


def _question(pk: int, name: str) -> Question:
    return Question(
        "removal",
        reverse("settings:grant_removal", args=[pk]),
        gettext("Forget the sign-in %(name)s?") % {"name": name},
        gettext("Its tokens are deleted here. Take back the permission at the provider, too."),
        gettext("Forget"),
    )


def _state(grant: OAuthGrant) -> State:
    if not grant.refresh_token:
        return State("warn", grant.last_error or gettext("Nobody has signed in yet."))
    more: tuple[str, ...] = ()
    if grant.granted_at:
        more += (gettext("Permitted on %(day)s") % {"day": _moment(grant.granted_at)},)
    if grant.expires_at:
        more += (gettext("The token is valid until %(day)s and renewed in time.") % {"day": _moment(grant.expires_at)},)
    if grant.last_error:
        return State("bad", grant.last_error, more)
    return State("ok", gettext("Signed in as %(account)s.") % {"account": grant.account or grant.name}, more)


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")
