"""Addresses of the start page and the reports."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.start, name="start"),
    path("overview/", views.overview, name="overview"),
]
