"""What people searched for in vain: worth an article, or another word for one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from knowledgebase.permissions import can
from knowledgebase.search.remembering import forget, wanted
from knowledgebase.views.access import AgentRequest, agents_only


@agents_only
@require_http_methods(["GET", "POST"])
def searches(request: AgentRequest) -> HttpResponse:
    """List what was searched for; take out what needs no answer."""
    if not can(request.user, "write"):
        raise PermissionDenied
    if request.method == "POST":
        if forget(request.POST.get("query", "").replace("\0", "")[:200]):
            messages.success(request, gettext("Taken out of the list."))
        return redirect("knowledge:searches")
    everything = request.GET.get("all") == "1"
    context = {
        "rows": wanted(in_vain=not everything),
        "everything": everything,
        "may_add_words": request.user.is_lead,
    }
    return render(request, "knowledgebase/searches.html", context)
