"""Addresses."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("deliveries/<int:ticket_id>/", views.deliveries, name="deliveries"),
    path("deliveries/<int:ticket_id>/<int:delivery_id>/resending/", views.resending, name="resending"),
    path("deliveries/<int:ticket_id>/<int:delivery_id>/address/", views.address, name="address"),
    path("notices/", views.notices, name="notices"),
    path("notices/seen/", views.seen, name="seen"),
    path("notices/bell/", views.bell, name="bell"),
]
