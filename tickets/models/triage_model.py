"""What was learnt from solved tickets, version by version; one at most is in use."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TriageModel(models.Model):
    """One training; `content` holds arrays and words (`tickets.triage.learning.packing`), never code."""

    class State(models.TextChoices):
        TRAINING = "training", _("in training")
        DRAFT = "draft", _("trained")
        ACTIVE = "active", _("in use")
        RETIRED = "retired", _("no longer in use")
        FAILED = "failed", _("failed")

    version = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.TRAINING)
    made_at = models.DateTimeField()
    step = models.CharField(max_length=80, blank=True, help_text="What the training is doing, or why it ended.")
    content = models.BinaryField(default=b"")
    size = models.PositiveBigIntegerField(default=0)
    figures = models.JSONField(default=dict)

    class Meta:
        ordering = ("-version",)
        constraints = (
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="active"), name="triage_model_one_active"
            ),
        )

    def __str__(self) -> str:
        return f"triage model {self.version}"
