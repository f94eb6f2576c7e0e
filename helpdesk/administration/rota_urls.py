"""Addresses of the on-call rotas."""

from django.urls import path

from helpdesk.administration.views import rotas

PATTERNS = [
    path("rotas/", rotas.index, name="rotas"),
    path("rotas/new/", rotas.new, name="rota_new"),
    path("rotas/preview/", rotas.preview, name="rota_preview"),
    path("rotas/<int:pk>/", rotas.show, name="rota"),
    path("rotas/<int:pk>/removal/", rotas.removal, name="rota_removal"),
]
