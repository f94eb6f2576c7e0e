"""The product's settings, with the floor beside its pages."""

from helpdesk.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
