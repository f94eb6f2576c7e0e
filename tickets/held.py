"""What is held back on a ticket, and who takes part in it, as its page shows them; read along with the ticket's row."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.utils.safestring import SafeString, mark_safe

from helpdesk.lib import html
from people.models import User
from tickets.models import HeldAnswer, HeldFile, Participant
from tickets.pasted import ENDING, put_back


@dataclass(frozen=True, kw_only=True)
class Held:
    """An answer that has no effect yet, or came back to its author."""

    pk: int
    author: str
    is_own: bool
    text: str
    html: str
    solution: str
    seconds: float | None
    error: str
    cc: list[str] = field(default_factory=list)
    bcc: list[str] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_waiting(self) -> bool:
        """Tell whether it will be sent."""
        return self.seconds is not None

    @property
    def whole_seconds(self) -> int:
        """Give the seconds to go, as they are counted."""
        return max(0, round(self.seconds or 0))

    @property
    def body(self) -> SafeString:
        """Give what it says."""
        if not self.html:
            return html.from_text(self.text)
        if "cid:" not in self.html:
            return html.clean_fragment(self.html)
        files = list(HeldFile.objects.filter(held=self.pk, content_id__endswith=ENDING).select_related("blob"))
        cleaned = html.clean_fragment(self.html, [file.content_id for file in files])
        return mark_safe(put_back(cleaned, files))  # noqa: S308 - from the cleaner; only bytes of pictures were added

    @property
    def why(self) -> str:
        """Say why it was not sent."""
        return str(HeldAnswer.Error(self.error).label) if self.error else ""


def rows(user: User) -> ArraySubquery:
    """Select what is held on a ticket, and what of this person's came back to them."""
    files = HeldFile.objects.filter(held=OuterRef("pk")).exclude(content_id__endswith=ENDING).order_by("pk")
    held = HeldAnswer.objects.filter(Q(send_at__isnull=False) | Q(author=user), ticket=OuterRef("pk")).order_by("pk")
    name = Coalesce(NullIf("author__name", Value("")), "author__email")
    return ArraySubquery(
        held.values(
            row=JSONObject(
                pk="pk", author_id="author_id", author=name, text="text", html="html", solution="solution", cc="cc",
                bcc="bcc", send_at="send_at", error="error",
                files=ArraySubquery(files.values(file=JSONObject(key="key", name="name", size="size"))),
            )
        )
    )  # fmt: skip


def people_beside() -> ArraySubquery:
    """Select who takes part beside the requester."""
    people = Participant.objects.filter(ticket=OuterRef("pk")).order_by("pk")
    return ArraySubquery(people.values(person=JSONObject(pk=F("user_id"), name="user__name", email="user__email")))


def read(ticket: Any, user: User, now: datetime) -> list[Held]:
    """Give what is held on a ticket that was fetched with its `held_rows`."""
    return [_held(dict(row), user, now) for row in ticket.held_rows]


def _held(row: dict[str, Any], user: User, now: datetime) -> Held:
    send_at = row.pop("send_at")
    seconds = (datetime.fromisoformat(send_at) - now).total_seconds() if send_at else None
    return Held(is_own=row.pop("author_id") == user.pk, seconds=seconds, **row)
