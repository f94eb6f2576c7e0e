"""Addresses for other programs."""

from django.urls import path

from tickets.api import Clocks

app_name = "api"
urlpatterns = [path("tickets/<int:pk>/clocks/", Clocks.as_view(), name="clocks")]
