"""Addresses of what is asked."""

from django.urls import path

from helpdesk.administration.views import questionnaires

PATTERNS = [
    path("questionnaires/", questionnaires.index, name="questionnaires"),
    path("questionnaires/new/", questionnaires.new, name="questionnaire_new"),
    path("questionnaires/preview/", questionnaires.preview, name="questionnaire_preview"),
    path("questionnaires/<int:pk>/", questionnaires.show, name="questionnaire"),
]
