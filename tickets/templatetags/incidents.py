"""The banner of known disruptions, for whoever may see it."""

from typing import Any

from django import template

from people.models import User
from tickets.models import Affected, Incident

register = template.Library()


@register.inclusion_tag("tickets/_incident_banner.html", takes_context=True)
def incident_banner(context: template.Context, place: str = "portal") -> dict[str, Any]:
    """Show the disruptions that run; on the phone with the words for the caller, in the portal with “me too”."""
    request = context.get("request")
    person = request.user if request is not None and isinstance(request.user, User) else None
    found = list(Incident.objects.shown_to(person)[:5])
    own: set[int] = set()
    if found and person is not None:
        own = set(Affected.objects.filter(person=person, incident__in=found).values_list("incident", flat=True))
    return {
        "banners": [(incident, incident.pk in own) for incident in found],
        "place": place,
        "person": person,
        "csrf_token": context.get("csrf_token"),
    }
