"""The knowledge base as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgebaseConfig(AppConfig):
    """Names the app."""

    name = "knowledgebase"
    verbose_name = _("Knowledge base")
