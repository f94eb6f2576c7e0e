"""Who writes, reviews and publishes articles: by role, and more for single people."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import User


class Right(models.Model):
    """What a role may do with articles, or what one person may do beyond their role."""

    DEFAULTS: ClassVar[dict[str, frozenset[str]]] = {
        User.Role.AGENT: frozenset({"write", "publish"}),
        User.Role.LEAD: frozenset({"write", "review", "publish"}),
    }
    ACTIONS = ("write", "review", "publish")

    role = models.CharField(_("role"), max_length=10, choices=User.Role.choices, null=True, blank=True, unique=True)
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="knowledge_right",
        verbose_name=_("person"),
    )
    may_write = models.BooleanField(_("writes"), default=False)
    may_review = models.BooleanField(_("reviews"), default=False)
    may_publish = models.BooleanField(_("publishes"), default=False)

    class Meta:
        verbose_name = _("right")
        verbose_name_plural = _("rights")
        constraints = (
            models.CheckConstraint(
                condition=Q(role__isnull=True, person__isnull=False) | Q(role__isnull=False, person__isnull=True),
                name="knowledge_right_of_role_or_person",
            ),
        )

    def __str__(self) -> str:
        return str(self.person or self.role)

    @property
    def actions(self) -> frozenset[str]:
        """Give what it allows."""
        return frozenset(action for action in self.ACTIONS if getattr(self, f"may_{action}"))


def rights_of(user: User) -> frozenset[str]:
    """Give what this person may do with articles; read once for each loaded person, so once a request."""
    if not user.is_active or not user.is_agent:
        return frozenset()
    if user.is_admin:
        return frozenset(Right.ACTIONS)
    known: frozenset[str] | None = getattr(user, "_knowledge_rights", None)
    if known is None:
        rows = list(Right.objects.filter(Q(role=user.role) | Q(person=user)))
        by_role = [row.actions for row in rows if row.role] or [Right.DEFAULTS[user.role]]
        known = frozenset().union(*by_role, *(row.actions for row in rows if row.person_id))
        user._knowledge_rights = known  # type: ignore[attr-defined]
    return known
