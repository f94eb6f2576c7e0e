"""Addresses of major incidents."""

from django.urls import path

from tickets.views import incidents

PATTERNS = [
    path("incidents/", incidents.index, name="incidents"),
    path("incidents/waiting/", incidents.waiting, name="incidents_waiting"),
    path("incidents/new/", incidents.new, name="incident_new"),
    path("incidents/proposed/<int:burst>/", incidents.burst, name="burst"),
    path("incidents/proposed/<int:burst>/dismissal/", incidents.dismissal, name="burst_dismissal"),
    path("incidents/<int:incident>/", incidents.show, name="incident"),
    path("incidents/<int:incident>/news/", incidents.news, name="incident_news"),
    path("incidents/<int:incident>/tickets/", incidents.linking, name="incident_tickets"),
]
