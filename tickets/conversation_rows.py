"""
What a conversation is made of, as it is read from the database.

The queries are put together once: saying them anew for each ticket took longer than asking them.
"""

from functools import cache

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Case, Exists, F, OuterRef, QuerySet, Subquery, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, JSONObject, Left
from django.db.models.lookups import IRegex
from django.utils.translation import get_language

from knowledgebase.models import Category
from people.models import User
from tickets.models import Attachment, Event, Message, Queue, Ticket

INLINE_HTML = 20_000
# The page only guesses, from the beginning, whether a mail says more than its text; it is cleaned when it is shown.
_BEGINNING = Left("html", 60_000)
_SAYS_MORE = IRegex(
    _BEGINNING,
    Value(
        r"<(table|ul|ol|dl|h[1-4]|pre|s|strike|del)[[:space:]/>]|src=[\"']?(cid:|data:image)"
        r"|color[:=][[:space:]\"']*(red|#ff0000|#c00000)"
    ),
)
_RICH = IRegex(_BEGINNING, Value(r"<(img|font|b|strong|u|i|em|hr|blockquote)[[:space:]/>]"))


def messages_of(ticket: Ticket, *, notes: bool) -> QuerySet[Message]:
    """Read the messages with what is shown of them and their files; `notes`: also what only staff may read."""
    return _messages(notes).filter(ticket=ticket)


@cache
def _messages(notes: bool) -> QuerySet[Message]:
    files = (
        Attachment.objects.filter(message=OuterRef("pk"))
        .order_by("pk")
        .values(file=JSONObject(key="key", name="name", size="size", content_type="content_type", inline="is_inline"))
    )
    # How it came is the intake's, above us; its rows hang on the ticket.
    originals = Ticket.objects.filter(
        pk=OuterRef("ticket_id"), arrivals__message=OuterRef("pk"), arrivals__channel="email", arrivals__size__gt=0
    )
    source = Message.with_notes if notes else Message.objects
    return (
        source.defer("html", "full_text", "message_id", "in_reply_to")
        .select_related("author")
        .annotate(
            files=ArraySubquery(files),
            own_html=Case(
                When(is_from_staff=True, then=Left("html", INLINE_HTML + 1)),
                default=Value(""),
                output_field=TextField(),
            ),
            page=Case(
                When(html="", then=Value(0)),
                When(_SAYS_MORE, then=Value(2)),
                When(_RICH, then=Value(1)),
                default=Value(0),
            ),
            has_original=Exists(originals),
            has_full=Case(When(full_text="", then=Value(False)), default=Value(True)),
        )
        .order_by("created_at", "pk")
    )


def events_of(ticket: Ticket) -> QuerySet[Event]:
    """Read the events with the names of the people and queues they speak of."""
    return _events("name_en" if get_language() == "en" else "name_de").filter(ticket=ticket)


@cache
def _events(name: str) -> QuerySet[Event]:
    category = Cast(KeyTextTransform("category", KeyTransform("target", OuterRef("facts"))), BigIntegerField())
    target = Cast(KeyTextTransform("target", OuterRef("facts")), BigIntegerField())
    return (
        Event.objects.exclude(kind__in=_SAID_BY_MESSAGES)
        .select_related("by")
        .annotate(
            target_name=Case(
                When(kind="assigned", then=Subquery(User.objects.filter(pk=target).values("name"))),
                When(
                    kind__in=("routed", "escalated", "returned", "withdrawn", "given_back"),
                    then=Subquery(Queue.objects.filter(pk=target).values(name)),
                ),
                When(kind="classified", then=Subquery(Category.objects.filter(pk=category).values(name))),
                default=Value(""),
                output_field=TextField(),
            ),
            metric=F("clock__metric"),
        )
        .order_by("at", "pk")
    )


# Their message stands in the conversation itself; triage shows beside it.
_SAID_BY_MESSAGES = ("received", "replied", "noted", "acknowledged", "opened")
