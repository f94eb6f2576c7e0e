"""Addresses of the intake: what came in, and the doors it comes by."""

from django.urls import path

from channels_intake import views

app_name = "intake"
urlpatterns = [
    path("arrivals/", views.arrivals, name="arrivals"),
    path("arrivals/<int:pk>/mail/", views.raw, name="raw"),
    path("arrivals/<int:pk>/retry/", views.retrying, name="retrying"),
]
