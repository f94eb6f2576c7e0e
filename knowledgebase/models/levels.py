"""How far somebody reads; who works in the second level is known by another app, named in the settings."""

from collections.abc import Callable
from functools import cache
from typing import cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.module_loading import import_string

from knowledgebase.models.category import Audience
from people.models import User


def audience_of(user: User | AnonymousUser) -> Audience:
    """Tell the narrowest audience this person belongs to."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return Audience.PUBLIC
    if not user.is_agent:
        return Audience.CUSTOMERS
    return Audience.SECOND_LEVEL if user.is_lead or _is_second_level()(user) else Audience.AGENTS


@cache
def _is_second_level() -> Callable[[User], bool]:
    return cast(Callable[[User], bool], import_string(settings.KNOWLEDGE_SECOND_LEVEL))
