"""Whether deadlines are right: what comparing them with their history found, and which steps came late."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import DurationField, ExpressionWrapper, F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.lib import waking
from tickets.explaining import offset_words
from tickets.models import EscalationFire, Reconciliation, Replay

_RUNS = 10
_DAYS = 7
_LATE = timedelta(minutes=1)
_SHOWN = 50


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """Show the last comparisons, steps that came late, and what was asked about drafts."""
    now = timezone.now()
    runs = list(Reconciliation.objects.all()[:_RUNS])
    late = EscalationFire.objects.annotate(
        late=ExpressionWrapper(F("at") - F("due_at"), output_field=DurationField())
    ).filter(at__gte=now - timedelta(days=_DAYS), late__gte=_LATE)
    fires = late.select_related("ticket", "step").order_by("-at")[:_SHOWN]
    context = {
        "now": now,
        "last": runs[0] if runs else None,
        "runs": runs,
        "fires": [(fire, offset_words(fire.step.offset_minutes)) for fire in fires],
        "days": _DAYS,
        "replays": Replay.objects.select_related("asked_by").defer("results")[:_RUNS] if request.user.is_admin else [],
        "may_write": request.user.is_admin,
    }
    return render(request, "settings/deadlines.html", context)


@admins_only
@require_POST
def check(request: SettingsRequest) -> HttpResponse:
    """Have all deadlines compared now."""
    waking.wake("tickets.check_deadlines")
    messages.success(request, gettext("A worker compares all running deadlines now; reload this page in a moment."))
    return redirect("settings:deadlines")
