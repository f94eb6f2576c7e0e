"""The product's settings, with the floor beside its pages."""

from helpdesk.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
# Mails are written, and sent nowhere.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
