"""Where mail is fetched from, as whom we answer, and whether both work."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels_intake.models import Mailbox
from helpdesk.administration import health
from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.forms.mailboxes import MailboxForm
from helpdesk.administration.operations.mailboxes import save_mailbox
from helpdesk.administration.trials import try_fetching, try_sending
from helpdesk.administration.views.asking import saved, say_saved, show_form
from notifications.models import Sender
from people.models import User


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """List the mailboxes and how they are."""
    now, wait = timezone.now(), health.waiting()
    mailboxes = Mailbox.objects.select_related("queue", "sender").defer("secret", "sender__secret", "taken")
    rows = [(box, health.fetching(box, wait, now), health.sending(box.sender, wait, now)) for box in mailboxes]
    return render(request, "settings/mailboxes.html", {"rows": rows, "may_write": request.user.is_admin})


@sensitive_post_parameters("password", "sender-password")
@admins_only
@require_http_methods(["GET", "POST"])
def new(request: SettingsRequest) -> HttpResponse:
    """Make a mailbox."""
    form = MailboxForm(request.POST or None)
    if form.is_bound and saved(form, lambda: _save(form, request.user, timezone.now())):
        say_saved(request)
        return redirect("settings:mailboxes")
    return show_form(request, "settings/mailbox.html", form, _context(None))


@sensitive_post_parameters("password", "sender-password")
@leads_read
@require_http_methods(["GET", "POST"])
def show(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show a mailbox, never its passwords, and save it."""
    mailbox = _mailbox(pk)
    context = _context(mailbox)
    form = MailboxForm(request.POST or None, instance=mailbox)
    if form.is_bound and saved(form, lambda: _save(form, request.user, timezone.now())):
        say_saved(request)
        return redirect("settings:mailbox", pk)
    return show_form(request, "settings/mailbox.html", form, context)


@sensitive_post_parameters("password", "sender-password")
@admins_only
@require_POST
def trial(request: SettingsRequest, pk: int | None = None) -> HttpResponse:
    """Try the typed settings on the mail server; nothing is saved, no mail is touched or sent."""
    mailbox = _mailbox(pk) if pk else None
    context = _context(mailbox)
    form = MailboxForm(request.POST, instance=mailbox)
    is_sending = request.POST.get("side") == "sending"
    works, words = _try(form, is_sending=is_sending)
    context |= {"works": works, "words": words, "side": "sending" if is_sending else "fetching"}
    if request.htmx:
        return render(request, "settings/_trial.html", context)
    return show_form(request, "settings/mailbox.html", form, context)


def _mailbox(pk: int) -> Mailbox:
    return get_object_or_404(Mailbox.objects.select_related("queue", "sender", "grant"), pk=pk)


def _context(mailbox: Mailbox | None) -> dict[str, object]:
    """Give what the page says beside the form, before the form touches the mailbox."""
    if mailbox is None:
        return {"side": "fetching"}
    now, wait = timezone.now(), health.waiting()
    states = [
        (gettext("Fetching"), health.fetching(mailbox, wait, now)),
        (gettext("Sending"), health.sending(mailbox.sender, wait, now)),
    ]
    return {"name": mailbox.name, "mailbox": mailbox, "states": states, "side": "fetching"}


def _save(form: MailboxForm, by: User, now: datetime) -> None:
    save_mailbox(
        form.instance,
        password=form.cleaned_data["password"],
        by=by,
        now=now,
        sender=form.sender.instance,
        sender_password=form.sender.cleaned_data["password"],
    )


def _try(form: MailboxForm, *, is_sending: bool) -> tuple[bool, str]:
    if not form.is_valid():
        return False, gettext("Not tried: %(why)s") % {"why": _first_error(form)}
    account: Mailbox | Sender = form.sender.instance if is_sending else form.instance
    password = (form.sender if is_sending else form).cleaned_data["password"]
    if password:
        account.password = password
    if isinstance(account, Sender):
        account.address = account.address or form.instance.address
        return try_sending(account)
    return try_fetching(account)


def _first_error(form: MailboxForm) -> str:
    wrong = form.sender if form.sender.errors else form
    name, errors = next(iter(wrong.errors.items()))
    label = wrong.fields[name].label if name in wrong.fields else ""
    return f"{label}: {errors[0]}" if label else str(errors[0])
