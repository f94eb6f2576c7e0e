"""Addresses of the service levels."""

from django.urls import path

from helpdesk.administration.views import policies, policy_trial

PATTERNS = [
    path("policies/", policies.index, name="policies"),
    path("policies/new/", policies.new, name="policy_new"),
    path("policies/preview/", policies.preview, name="policy_preview"),
    path("policies/trial/", policy_trial.trial, name="policy_trial"),
    path("policies/<int:pk>/", policies.show, name="policy"),
    path("policies/<int:pk>/position/", policies.position, name="policy_position"),
    path("policies/<int:pk>/versions/", policies.versions, name="policy_versions"),
    path("policies/<int:pk>/planned-removal/", policies.planned_removal, name="policy_planned_removal"),
]
