"""Signed links by which somebody who is affected says whether it works again."""

from django.conf import settings
from django.core import signing

from notifications.links import VALID_FOR, BadLink
from people.models import User
from tickets.models import Incident

SALT = "portal.incident"


def incident_link(incident: Incident, person: User) -> str:
    """Make the address where this person answers; it opens for 60 days."""
    signed = signing.dumps({"i": incident.pk, "p": person.pk}, salt=SALT)
    return f"{settings.PUBLIC_URL}/incident/{signed}/"


def read_incident_link(signed: str) -> tuple[int, int]:
    """
    Give the numbers of incident and person.

    :raises BadLink: if it was tampered with or is older than 60 days.
    """
    try:
        content = signing.loads(signed, salt=SALT, max_age=VALID_FOR)
        return int(content["i"]), int(content["p"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        raise BadLink("This link is not valid any more.") from None
