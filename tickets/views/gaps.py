"""What the knowledge base lacks, and what is done about it."""

from dataclasses import dataclass
from typing import cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from knowledgebase.models import Article
from knowledgebase.permissions import can
from people.models import User
from tickets.gaps.deciding import NothingToWriteFrom, begin_article, dismiss, take_up
from tickets.models import Gap, GapNight, Ticket
from tickets.views.access import StaffRequest, staff_only

_MOST, _SAMPLES, _MOST_TYPICAL = 50, 3, 40


@dataclass
class Row:
    """A gap with the tickets its reader may see, and the article that is perhaps there."""

    gap: Gap
    samples: list[Ticket]
    hidden: int
    alike: Article | None
    article: Article | None


class DismissalForm(forms.Form):
    """Why no article is wanted."""

    reason = forms.CharField(label=_("Why no article?"), max_length=200)


@staff_only
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the gaps, the most work first."""
    staff = cast(StaffRequest, request)
    _check(staff.user)
    state = request.GET.get("state", "")
    state = state if state in Gap.State.values else Gap.State.OPEN
    gaps = list(
        Gap.objects.visible_to(staff.user)
        .filter(state=state)
        .select_related("alike", "decided_by")
        .order_by("-score")[:_MOST]
    )
    context = {
        "rows": _rows(gaps, staff.user),
        "state": state,
        "states": Gap.State.choices,
        "night": GapNight.objects.filter(done_at__isnull=False).order_by("-night").first(),
        "form": DismissalForm(),
    }
    return render(request, "tickets/gaps.html", context)


@staff_only
@require_POST
def drafting(request: HttpRequest, gap: int) -> HttpResponse:
    """Begin the article of a gap and go to it."""
    staff = cast(StaffRequest, request)
    found = _gap(staff, gap)
    try:
        article = begin_article(found, by=staff.user, now=timezone.now())
    except NothingToWriteFrom:
        messages.info(request, gettext("None of its solved tickets is yours to see. Write it from its words."))
        title = ", ".join(found.words[:4])
        return redirect(f"{reverse('knowledge:new')}?{urlencode({'title': title, 'language': found.language})}")
    written = getattr(article, "pk", None)
    ticket = Ticket.objects.visible_to(staff.user).filter(written_article__article=written).first()
    if ticket is not None:
        return redirect("tickets:article", pk=ticket.pk)
    if not Article.objects.visible_to(staff.user).filter(pk=article.pk).exists():
        messages.info(request, gettext("Somebody else is writing it already."))
        return redirect("tickets:gaps")
    return redirect("knowledge:show", pk=article.pk)


@staff_only
@require_POST
def dismissal(request: HttpRequest, gap: int) -> HttpResponse:
    """Say why no article is wanted; without a reason, take that back."""
    staff = cast(StaffRequest, request)
    found = _gap(staff, gap)
    if found.state == Gap.State.DISMISSED:
        take_up(found, by=staff.user, now=timezone.now())
        messages.success(request, gettext("It is in the list again."))
        return redirect("tickets:gaps")
    form = DismissalForm(request.POST)
    if not form.is_valid():
        messages.warning(request, gettext("Say in a few words why no article is wanted."))
        return redirect("tickets:gaps")
    dismiss(found, reason=form.cleaned_data["reason"], by=staff.user, now=timezone.now())
    messages.success(request, gettext("Dismissed. It comes back when it has become a matter of twice as many."))
    return redirect("tickets:gaps")


def _gap(request: StaffRequest, pk: int) -> Gap:
    gap = get_object_or_404(Gap.objects.visible_to(request.user).select_related("article"), pk=pk)
    _check(request.user)
    return gap


def _check(user: User) -> None:
    if not can(user, "write"):
        raise PermissionDenied


def _rows(gaps: list[Gap], user: User) -> list[Row]:
    seen = Ticket.objects.visible_to(user).filter(gap__gap__in=gaps)
    counts = dict(seen.order_by().values_list("gap__gap").annotate(Count("pk")))
    shown = (
        seen.filter(gap__position__lte=_MOST_TYPICAL)
        .order_by("gap__position")
        .only("subject", "state", "resolved_at", "gap__gap_id", "gap__position")
        .select_related("gap")
    )
    samples: dict[int, list[Ticket]] = {}
    for ticket in shown:
        samples.setdefault(ticket.gap.gap_id, []).append(ticket)
    wanted = {gap.article_id for gap in gaps if gap.article_id} | {gap.alike.article_id for gap in gaps if gap.alike}
    readable = Article.objects.visible_to(user).filter(pk__in=wanted).with_texts()
    articles = {article.pk: article for article in readable}
    return [
        Row(
            gap=gap,
            samples=samples.get(gap.pk, [])[:_SAMPLES],
            hidden=max(0, gap.tickets_count - counts.get(gap.pk, 0)),
            alike=articles.get(gap.alike.article_id) if gap.alike else None,
            article=articles.get(gap.article_id) if gap.article_id else None,
        )
        for gap in gaps
    ]
