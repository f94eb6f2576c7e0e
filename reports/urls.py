"""Addresses of the start page and the reports."""

from django.urls import path

from reports import handover_views, triage_views, views

app_name = "reports"
urlpatterns = [
    path("", views.start, name="start"),
    path("overview/", views.overview, name="overview"),
    path("effectiveness/", triage_views.effectiveness, name="effectiveness"),
    path("effectiveness/comparison/", triage_views.comparison, name="comparison"),
    path("handovers/", handover_views.handovers, name="handovers"),
    path("accuracy/", triage_views.accuracy, name="accuracy"),
]
