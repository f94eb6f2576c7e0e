"""Senders whose mail is refused, and those whose never is."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from channels_intake.blocking import remove_entry
from channels_intake.models import Block
from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.forms.mail_rules import BlockForm
from helpdesk.administration.operations.mail_rules import save_block
from helpdesk.administration.views.asking import Question, answer, saved, say_saved

_PAGE = 50


@leads_read
@require_http_methods(["GET", "POST"])
def index(request: SettingsRequest) -> HttpResponse:
    """List the entries, search them, and add one."""
    form = BlockForm(request.POST or None)
    if form.is_bound and saved(form, lambda: save_block(form.instance, by=request.user, now=timezone.now())):
        say_saved(request)
        return redirect("settings:blocks")
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    found = Block.objects.select_related("by")
    if words:
        found = found.filter(Q(pattern__icontains=words) | Q(note__icontains=words))
    context = {
        "form": form, "page": Paginator(found, _PAGE).get_page(request.GET.get("page")), "words": words,
        "query": urlencode({"q": words}) if words else "", "may_write": request.user.is_admin,
    }  # fmt: skip
    return render(request, "settings/blocks.html", context, status=422 if form.errors else 200)


@admins_only
@require_http_methods(["GET", "POST"])
def removal(request: SettingsRequest, pk: int) -> HttpResponse:
    """Take an entry off the list."""
    entry = get_object_or_404(Block, pk=pk)
    question = Question(
        "removal",
        reverse("settings:block_removal", args=[pk]),
        gettext("Take %(name)s off the list?") % {"name": entry.pattern},
        gettext("Mail from there is judged by the rules alone then."),
        gettext("Take off"),
    )
    act = lambda: remove_entry(entry, by=request.user, now=timezone.now())  # noqa: E731
    return answer(request, question, act, gettext("The entry is gone."), reverse("settings:blocks"))
