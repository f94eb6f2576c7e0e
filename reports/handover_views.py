"""The page of hand-overs: by queue and month, and the tickets behind each number."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports import handovers as handovers_of
from reports.views import staff


@login_required
@require_safe
def handovers(request: HttpRequest) -> HttpResponse:
    """Show how hand-overs went in the last months."""
    user, now = staff(request), timezone.now()
    queue, month, kind = (request.GET.get(name, "")[:60] for name in ("queue", "month", "kind"))
    context = {
        "now": now,
        "rows": handovers_of.rows(user, now),
        "months": handovers_of.MONTHS,
        "most": handovers_of.MOST,
        "chosen": handovers_of.tickets(user, now, queue=queue, month=month, kind=kind) if queue and month else None,
        "chosen_queue": queue,
        "chosen_month": month,
        "chosen_kind": kind or "offered",
    }
    return render(request, "reports/handovers.html", context)
