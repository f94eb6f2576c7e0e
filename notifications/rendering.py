"""Laying a letter out as a mail: text, HTML, files and the headers by which mail programs keep a thread together."""

import re
from email.message import EmailMessage
from email.utils import format_datetime

from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.utils.translation import override

from helpdesk.lib import html
from notifications import headers
from notifications.addressing import address
from notifications.headers import Built
from notifications.letters import Letter
from notifications.models import Delivery
from notifications.pictures import embed
from tickets.models import Attachment, Event, Message

# A bounce or an absence notice is nothing to answer to.
_SPOKEN = Q(is_from_staff=True) | Q(auto_generated=False)
_TYPE = re.compile(r"(?!multipart/|message/)([a-z0-9][\w.+-]*)/([a-z0-9][\w.+-]*)", re.ASCII)


def build(delivery: Delivery, letter: Letter) -> tuple[Built, str, str]:
    """
    Build the mail and say for SMTP whom it is from and to.

    :raises notifications.headers.BadAddress: if no mail can be sent there.
    """
    mail = Built(policy=headers.POLICY)
    envelope_from, to = address(mail, delivery, letter)
    mail["Subject"] = _subject(delivery, letter)
    mail["Date"] = format_datetime(delivery.event.at)
    mail["Message-ID"] = delivery.message_id
    thread = headers.references(_thread(delivery)) if not letter.entries else []
    if thread:
        mail["In-Reply-To"] = thread[-1]
        mail["References"] = " ".join(thread)
    if letter.automatic:
        mail["Auto-Submitted"] = letter.automatic
        mail["X-Auto-Response-Suppress"] = "All"
    mail[headers.LOOP_HEADER] = headers.loop_mark(delivery.message_id)
    _fill(mail, letter, delivery.event)
    return mail, envelope_from, to


def _subject(delivery: Delivery, letter: Letter) -> str:
    if letter.entries:
        return headers.one_line(letter.subject)
    return headers.subject_of(letter.subject or delivery.event.ticket.subject, delivery.event.ticket_id)


def _thread(delivery: Delivery) -> list[str]:
    """
    Give the Message-IDs this recipient may know, the oldest first.

    Staff get a thread of their own, made of what was sent to them; the others the conversation and what we sent them.
    """
    event = delivery.event
    before = (
        Delivery.objects.filter(
            event__ticket=event.ticket_id,
            recipient=delivery.recipient_id,
            medium=Delivery.Medium.MAIL,
            pk__lt=delivery.pk,
        )
        .annotate(told=Count("items"))
        .filter(told__lte=1)
    )  # a digest belongs to no thread
    known = [(at, 1, pk, message_id) for at, pk, message_id in before.values_list("created_at", "pk", "message_id")]
    if not delivery.is_to_staff:
        said = Message.objects.filter(_SPOKEN, ticket=event.ticket_id, created_at__lte=event.at).exclude(message_id="")
        if event.message_id is not None:
            said = said.filter(pk__lt=event.message_id)
        known += [(at, 0, pk, message_id) for at, pk, message_id in said.values_list("created_at", "pk", "message_id")]
    return [message_id for *_, message_id in sorted(known) if message_id != delivery.message_id]


def _fill(mail: Built, letter: Letter, event: Event) -> None:
    if letter.html.strip():
        body, pictures = embed(letter.html, ticket=event.ticket, author=event.by, files=letter.files)
    else:
        body, pictures = html.from_text(letter.text), []
    with override(letter.language):
        context = {
            "letter": letter,
            "body": body,
            "signature": html.from_text(letter.signature),
            "subject": mail["Subject"],
        }
        text = render_to_string("notifications/letter.txt", context)
        page = render_to_string("notifications/letter.html", context)
    mail.set_content(_tidy(text), cte="quoted-printable")
    mail.add_alternative(page, subtype="html", cte="quoted-printable")
    html_part = mail.get_payload(1)
    assert isinstance(html_part, EmailMessage)
    for file in pictures:
        main, sub = _type(file)
        html_part.add_related(
            bytes(file.blob.data), main, sub, cid=f"<{file.key}>", filename=_name(file), disposition="inline"
        )
    for file in letter.files:
        if file not in pictures:
            main, sub = _type(file)
            mail.add_attachment(bytes(file.blob.data), main, sub, filename=_name(file))


def _name(file: Attachment) -> str:
    return headers.one_line(file.name, 200) or "file"


def _type(file: Attachment) -> tuple[str, str]:
    found = _TYPE.match(file.content_type.strip().lower())
    return (found[1], found[2]) if found else ("application", "octet-stream")


def _tidy(text: str) -> str:
    # The space behind the dashes is what mail programs know a signature by.
    lines = [
        "-- " if line == "-- " else line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"
