"""Who answers."""

from django.conf import settings
from django.urls import include, path, re_path

from helpdesk.closed import closed
from helpdesk.health import health

urlpatterns = [
    path("health/", health, name="health"),
    # An address is what requests belong to: nobody may claim one by typing it.
    re_path(r"^account/(?:email|confirm-email|login/code)/", closed),
    path("account/", include("allauth.account.urls")),
    path("", include("portal.urls")),
    path("start/", include("reports.urls")),
    path("people/", include("people.urls")),
    path("tickets/", include("tickets.urls")),
    path("api/", include("tickets.api_urls")),
    path("knowledge/", include("knowledgebase.urls")),
    path("intake/", include("channels_intake.urls")),
    path("mail/", include("notifications.urls")),
    path("settings/", include("helpdesk.administration.urls")),
]

if settings.LOCAL:
    urlpatterns.append(path("post-office/", include("helpdesk.local.post_office_urls")))
