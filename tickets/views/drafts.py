"""Keeping what is being written."""

from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tickets.forms import DraftForm
from tickets.models import Draft
from tickets.operations.drafting import DraftChanged, save_draft
from tickets.views.access import StaffRequest, staff_only, ticket_for


@staff_only
@require_http_methods(["POST", "PUT"])
def save(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Keep a text; 409 with the newer one when it was changed elsewhere."""
    request = cast(StaffRequest, request)
    ticket = ticket_for(request, pk, "draft")
    form = DraftForm(QueryDict(request.body) if request.method == "PUT" else request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    try:
        draft = save_draft(
            ticket,
            kind=Draft.Kind(kind),
            body=form.cleaned_data["body"],
            version=form.cleaned_data["version"],
            by=request.user,
            now=timezone.now(),
        )
    except DraftChanged as changed:
        return JsonResponse({"version": changed.draft.version, "body": changed.draft.body}, status=409)
    return JsonResponse({"version": draft.version, "saved_at": draft.updated_at.isoformat()})
