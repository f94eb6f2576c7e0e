"""The pages of the demo post office: read what the helpdesk sent as the customer would, and answer. Loopback only."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from urllib.parse import quote

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from helpdesk.local import post_office, post_office_writing
from helpdesk.local.post_office import NoSuchMail
from helpdesk.local.post_office_writing import DoorClosed

View = Callable[..., HttpResponse]
_LOOPBACK = ("127.0.0.1", "::1")
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")
_PAGE_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_MOST_BYTES = 20 * 1024 * 1024


def on_this_machine(view: View) -> View:
    """Let in only who sits at this machine, and only under `make up`; to others the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        came_by_proxy = any(name in request.headers for name in _FORWARDED)
        if not settings.LOCAL or request.META.get("REMOTE_ADDR") not in _LOOPBACK or came_by_proxy:
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except NoSuchMail:
            raise Http404 from None

    return never_cache(guarded)


class AnswerForm(forms.Form):
    """An answer to a mail."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"), widget=forms.Textarea(attrs={"rows": 6}), max_length=100_000
    )


class MailForm(forms.Form):
    """A new mail to the helpdesk."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=80, required=False)
    sender = forms.EmailField(
        label=gettext_lazy("Your address"),
        help_text=gettext_lazy("Any address; the answer lands in its mailbox here."),
        widget=forms.EmailInput(attrs={"list": "known"}),
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200, required=False)
    text = forms.CharField(label=gettext_lazy("Text"), widget=forms.Textarea(attrs={"rows": 10}), max_length=100_000)


@require_GET
@on_this_machine
def mailboxes(request: HttpRequest) -> HttpResponse:
    """Show who got mail."""
    context = {
        "mailboxes": post_office.mailboxes(),
        "address": settings.DEFAULT_FROM_EMAIL,
        "port": post_office_writing.door(),
    }
    return render(request, _part(request, "mailboxes"), context)


@require_GET
@on_this_machine
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show one person's mail."""
    address = request.GET.get("of", "")
    context = {"mailbox": address, "cards": post_office.postcards(address)}
    return render(request, _part(request, "mailbox"), context)


@require_GET
@on_this_machine
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show a mail as its recipient's mail program would."""
    return _show(request, key, AnswerForm())


@require_http_methods(["POST"])
@on_this_machine
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """Answer a mail as its recipient."""
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            post_office_writing.hand_in(post_office_writing.answer_to(key, form.cleaned_data["text"], _files(request)))
        except (DoorClosed, ValueError) as error:
            form.add_error(None, _("The mail could not be handed in: %(error)s") % {"error": error})
        else:
            messages.success(request, _("Your answer is on its way to the helpdesk."))
            return _to_mailbox(post_office.card_of(key).mailbox)
    return _show(request, key, form, status=422)


@require_http_methods(["GET", "POST"])
@on_this_machine
def new(request: HttpRequest) -> HttpResponse:
    """Write a new mail as any customer."""
    form = MailForm(request.POST or None, initial={"sender": request.GET.get("of", "")})
    if request.method == "POST" and form.is_valid():
        try:
            message = post_office_writing.compose(to=_our_address(), files=_files(request), **form.cleaned_data)
            post_office_writing.hand_in(message)
        except (DoorClosed, ValueError) as error:
            form.add_error(None, _("The mail could not be handed in: %(error)s") % {"error": error})
        else:
            messages.success(request, _("Your mail is on its way to the helpdesk."))
            return _to_mailbox(form.cleaned_data["sender"].lower())
    known = sorted({address for address, _count, _newest in post_office.mailboxes()})
    status = 422 if form.errors else 200
    return render(
        request, "local/new.html", {"form": form, "known": known, "to": settings.DEFAULT_FROM_EMAIL}, status=status
    )


@require_GET
@on_this_machine
@xframe_options_sameorigin
def page(request: HttpRequest, key: str) -> HttpResponse:
    """Give the HTML of a mail for its frame, in which nothing can run or load; its pictures are in it."""
    message = post_office.read(key)
    part = message.get_body(["html"])
    if part is None:
        raise Http404
    html = str(part.get_content())
    for picture in message.walk():
        content_id = str(picture["Content-ID"] or "").strip("<> ")
        if content_id and picture.get_content_maintype() == "image":
            data = b64encode(bytes(picture.get_payload(decode=True) or b"")).decode()
            html = html.replace(f"cid:{content_id}", f"data:{picture.get_content_type()};base64,{data}")
    response = HttpResponse(html.replace("<head>", '<head><base target="_blank">', 1))
    response["Content-Security-Policy"] = _PAGE_POLICY
    return response


@require_GET
@on_this_machine
def file(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Give a file of a mail, to be saved."""
    files = list(post_office.read(key).iter_attachments())
    if number >= len(files):
        raise Http404
    data = files[number].get_payload(decode=True)
    name = quote(files[number].get_filename() or "file", safe="")
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def _show(request: HttpRequest, key: str, form: AnswerForm, status: int = 200) -> HttpResponse:
    message, card = post_office.read(key), post_office.card_of(key)
    shown = request.GET.get("as", "")
    context = {
        "card": card,
        "message": {name: str(message[name.title()] or "") for name in ("from", "to", "subject")},
        "files": [part.get_filename() or _("file") for part in message.iter_attachments()],
        "has_page": message.get_body(["html"]) is not None,
        "shown": shown if shown in ("text", "source") else "",
        "text": post_office.source_of(key) if shown == "source" else post_office.text_of(message),
        "form": form,
    }
    return render(request, "local/mail.html", context, status=status)


def _files(request: HttpRequest) -> Iterator[tuple[str, str, bytes]]:
    left = _MOST_BYTES
    for uploaded in request.FILES.getlist("files"):
        if isinstance(uploaded, UploadedFile) and (left := left - (uploaded.size or 0)) >= 0:
            yield uploaded.name or "file", uploaded.content_type or "", uploaded.read()


def _our_address() -> str:
    return str(settings.DEFAULT_FROM_EMAIL).rpartition("<")[2].rstrip(">")


def _to_mailbox(address: str) -> HttpResponseRedirect:
    return redirect(f"{reverse('post:mailbox')}?of={quote(address)}")


def _part(request: HttpRequest, name: str) -> str:
    return f"local/_{name}.html" if request.headers.get("HX-Request") else f"local/{name}.html"
