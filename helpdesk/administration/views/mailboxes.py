"""Where mail is fetched from, and whether it works."""

from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels_intake.email.imap import CannotFetch, connected
from channels_intake.models import Mailbox
from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.forms.mailboxes import MailboxForm
from helpdesk.administration.operations.mailboxes import save_mailbox
from helpdesk.administration.views.asking import saved, say_saved, show_form
from people.models import User

# The fetcher asks every few seconds; silence for this long means that it does not run.
_LATE = timedelta(minutes=5)


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """List the mailboxes and how they are."""
    now = timezone.now()
    rows = [(mailbox, *_health(mailbox, now)) for mailbox in Mailbox.objects.select_related("queue").defer("secret")]
    return render(request, "settings/mailboxes.html", {"rows": rows, "may_write": request.user.is_admin})


@sensitive_post_parameters("password")
@admins_only
@require_http_methods(["GET", "POST"])
def new(request: SettingsRequest) -> HttpResponse:
    """Make a mailbox."""
    form = MailboxForm(request.POST or None)
    if form.is_bound and saved(form, lambda: _save(form, request.user, timezone.now())):
        say_saved(request)
        return redirect("settings:mailboxes")
    return show_form(request, "settings/mailbox.html", form, {})


@sensitive_post_parameters("password")
@leads_read
@require_http_methods(["GET", "POST"])
def show(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show a mailbox, never its password, and save it."""
    mailbox = get_object_or_404(Mailbox.objects.select_related("queue"), pk=pk)
    name, health = mailbox.name, _health(mailbox, timezone.now())
    form = MailboxForm(request.POST or None, instance=mailbox)
    if form.is_bound and saved(form, lambda: _save(form, request.user, timezone.now())):
        say_saved(request)
        return redirect("settings:mailbox", pk)
    return show_form(request, "settings/mailbox.html", form, {"name": name, "mailbox": mailbox, "health": health})


@sensitive_post_parameters("password")
@admins_only
@require_POST
def trial(request: SettingsRequest, pk: int | None = None) -> HttpResponse:
    """Try the typed settings on the mail server; nothing is saved, no mail is touched."""
    mailbox = get_object_or_404(Mailbox, pk=pk) if pk else None
    name, health = (mailbox.name, _health(mailbox, timezone.now())) if mailbox else ("", None)
    form = MailboxForm(request.POST, instance=mailbox)
    works, words = _try(form)
    context = {"name": name, "mailbox": mailbox, "health": health, "works": works, "words": words}
    if request.htmx:
        return render(request, "settings/_trial.html", context)
    return show_form(request, "settings/mailbox.html", form, context)


def _save(form: MailboxForm, by: User, now: datetime) -> None:
    save_mailbox(form.instance, password=form.cleaned_data["password"], by=by, now=now)


def _try(form: MailboxForm) -> tuple[bool, str]:
    if not form.is_valid():
        return False, gettext("Not tried: %(why)s") % {"why": _first_error(form)}
    mailbox = form.instance
    if not mailbox.host:
        return False, gettext("Not tried: enter the IMAP server first.")
    if form.cleaned_data["password"]:
        mailbox.password = form.cleaned_data["password"]
    try:
        with connected(mailbox) as folder:
            count = len(folder.uids("UNSEEN"))
    except CannotFetch as error:
        return False, str(error)
    return True, ngettext(
        "It works: logged in, %(folder)s holds %(count)s unread mail.",
        "It works: logged in, %(folder)s holds %(count)s unread mails.",
        count,
    ) % {"folder": mailbox.folder, "count": count}


def _first_error(form: MailboxForm) -> str:
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    return f"{label}: {errors[0]}" if label else str(errors[0])


def _health(mailbox: Mailbox, now: datetime) -> tuple[str, str]:
    """Give a colour and a sentence on how the mailbox is."""
    if not mailbox.is_active:
        return "calm", gettext("not active")
    if not mailbox.host:
        return "calm", gettext("nothing to fetch")
    if mailbox.last_error:
        return "bad", mailbox.last_error
    if mailbox.last_fetch_at is None:
        return "warn", gettext("not fetched yet")
    lag = now - mailbox.last_fetch_at
    if lag > _LATE:
        return "warn", gettext("nothing fetched for %(minutes)s minutes; does the mail fetcher run?") % {
            "minutes": int(lag.total_seconds()) // 60
        }
    return "ok", gettext("fetched %(seconds)s seconds ago") % {"seconds": max(0, int(lag.total_seconds()))}
