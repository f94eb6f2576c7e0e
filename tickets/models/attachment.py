"""Files that came with messages."""

import uuid

from django.db import models

from tickets.models.message import Message


class Blob(models.Model):
    """Bytes, stored once whatever they are called."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()

    def __str__(self) -> str:
        return self.sha256


class Attachment(models.Model):
    """A file in a message; its visibility is the message's."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    is_inline = models.BooleanField(default=False)
    content_id = models.CharField(max_length=200, blank=True)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name
