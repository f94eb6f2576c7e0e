"""On-call rotas: who is called at which moment, in turns, and who takes a shift of somebody else."""

from datetime import time

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.models import User
from tickets.models.queue import Queue


class Rota(models.Model):
    """People who are on call for some queues one after the other; a turn changes at an hour of its time zone."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    queues = models.ManyToManyField(Queue, related_name="rotas", verbose_name=_("queues"))
    timezone = models.CharField(_("time zone"), max_length=64, default="Europe/Berlin")
    first_day = models.DateField(_("first day of the first turn"))
    handover = models.TimeField(_("hour of the change"), default=time(9))
    days = models.PositiveSmallIntegerField(_("days a turn"), default=7)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("on-call rota")
        verbose_name_plural = _("on-call rotas")
        ordering = ("name",)
        constraints = (models.CheckConstraint(condition=Q(days__range=(1, 366)), name="rota_turn_takes_days"),)

    def __str__(self) -> str:
        return self.name


class RotaMember(models.Model):
    """A place in the order of a rota."""

    rota = models.ForeignKey(Rota, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=["rota", "user"], name="rota_member_once"),
            models.UniqueConstraint(fields=["rota", "position"], name="rota_place_once"),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.rota}"


class RotaSwap(models.Model):
    """Somebody who is on call for a time, whoever's turn it is; of two at one moment the later entry counts."""

    rota = models.ForeignKey(Rota, models.CASCADE, related_name="swaps")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("swapped shift")
        verbose_name_plural = _("swapped shifts")
        ordering = ("starts_at", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="swap_starts_before_it_ends"),
        )
        indexes = (models.Index(fields=["rota", "ends_at"], name="swap_of_rota"),)

    def __str__(self) -> str:
        return f"{self.user}, {self.starts_at:%Y-%m-%d %H:%M}–{self.ends_at:%Y-%m-%d %H:%M}"
