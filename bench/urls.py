"""The product's addresses, and the floor."""

from django.urls import include, path

from bench.floor import floor

urlpatterns = [path("bench/floor/", floor), path("", include("helpdesk.urls"))]
