"""Addresses of the agents' workspace."""

from django.urls import path, re_path

from tickets.incident_urls import PATTERNS as INCIDENTS
from tickets.views import (
    answers,
    articles,
    assignment,
    attachments,
    attempts,
    drafts,
    facts,
    gaps,
    listing,
    messages,
    moving,
    participants,
    states,
    ticket,
)
from tickets.views.relating import independence, merger

app_name = "tickets"
urlpatterns = [
    path("", listing.index, name="list"),
    path("search/", listing.index, name="search"),
    path("news/", listing.news, name="news"),
    *INCIDENTS,
    path("gaps/", gaps.index, name="gaps"),
    path("gaps/<int:gap>/article/", gaps.drafting, name="gap_drafting"),
    path("gaps/<int:gap>/dismissal/", gaps.dismissal, name="gap_dismissal"),
    path("of-article/<int:article>/", articles.tried_on, name="tried_on"),
    path("<int:pk>/article/", articles.article, name="article"),
    path("<int:pk>/", ticket.show, name="show"),
    path("<int:pk>/row/", listing.row, name="row"),
    path("<int:pk>/thread/", ticket.thread, name="thread"),
    path("<int:pk>/messages/", answers.create, name="messages"),
    path("<int:pk>/held/withdrawal/", answers.withdrawal, name="withdrawal"),
    path("<int:pk>/held/sending/", answers.sending, name="sending"),
    path("<int:pk>/messages/<int:message_pk>/body/", messages.body, name="body"),
    path("<int:pk>/messages/<int:message_pk>/full/", messages.full, name="full"),
    path("<int:pk>/notes/", messages.create_note, name="notes"),
    re_path(r"^(?P<pk>[0-9]{1,18})/drafts/(?P<kind>reply|note)/$", drafts.save, name="drafts"),
    path("<int:pk>/attachments/<uuid:key>/", attachments.show, name="attachment"),
    path("<int:pk>/attachments/<uuid:key>/appointment/", attachments.appointment, name="appointment"),
    path("<int:pk>/participants/", participants.participants, name="participants"),
    path("<int:pk>/participants/removal/", participants.participant_removal, name="participant_removal"),
    path("<int:pk>/taking/", assignment.taking, name="taking"),
    path("<int:pk>/assignment/", assignment.assignment, name="assignment"),
    path("<int:pk>/routing/", moving.routing, name="routing"),
    path("<int:pk>/escalation/", moving.escalation, name="escalation"),
    path("<int:pk>/hold/", states.holding, name="hold"),
    path("<int:pk>/resumption/", states.resumption, name="resumption"),
    path("<int:pk>/resolution/", states.resolution, name="resolution"),
    path("<int:pk>/reopening/", states.reopening, name="reopening"),
    path("<int:pk>/void/", states.voiding, name="void"),
    path("<int:pk>/merger/", merger, name="merger"),
    path("<int:pk>/independence/", independence, name="independence"),
    path("<int:pk>/priority/", states.priority, name="priority"),
    path("<int:pk>/classification/", states.classification, name="classification"),
    path("<int:pk>/attempts/", attempts.create, name="attempts"),
    path("<int:pk>/answers/still-asked/", facts.still_asked, name="still_asked"),
]
