"""The floor: the least that a page like ours can cost: one query, 25 plain rows, the middleware, session and login."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.template.engine import Engine

from tickets.models import Ticket

_PAGE = Template(
    """<!doctype html><title>Floor</title><p>{{ user.email }}</p><table>{% for t in tickets %}<tr><td>{{ t.pk }}</td>
<td>{{ t.subject }}</td><td>{{ t.requester.name }}</td><td>{{ t.get_state_display }}</td><td>{{ t.priority }}</td>
<td>{{ t.created_at|date:"d.m.Y H:i" }}</td><td>{{ t.updated_at|date:"d.m.Y H:i" }}</td></tr>{% endfor %}</table>""",
    engine=Engine(),
)


@login_required
def floor(request: HttpRequest) -> HttpResponse:
    """Show the 25 newest open tickets."""
    tickets = Ticket.objects.open().select_related("requester").order_by("next_due_at", "-pk")[:25]
    return HttpResponse(_PAGE.render(Context({"tickets": tickets, "user": request.user})))
