"""Invitations are put into words; with a text of its own, a mail only tells that it carries one."""

import base64

import pytest
from django.utils.translation import override

from channels_intake.email import limits
from channels_intake.email.notes import sentence
from channels_intake.email.parse import to_envelope
from channels_intake.envelope import Envelope
from tests.channels_intake.email.test_limits import calls

EVENT = """BEGIN:VCALENDAR
PRODID:-//Example//EN
VERSION:2.0
METHOD:{method}
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ={zone}
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1
ORGANIZER;CN=Petra Lang:MAILTO:petra@kunde.example
ATTENDEE;PARTSTAT={answer};CN=Support:mailto:support@firma.example
ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:otto@kunde.example
SUMMARY;LANGUAGE=de:Begehung\\, 3. Stock
LOCATION:Raum 3
{when}
{more}
END:VEVENT
END:VCALENDAR
"""
MORNING = "DTSTART;TZID=W. Europe Standard Time:20261201T090000\nDTEND;TZID=W. Europe Standard Time:20261201T100000"


def event(method="REQUEST", when=MORNING, more="SEQUENCE:0", answer="NEEDS-ACTION", zone="YEARLY") -> str:
    return EVENT.format(method=method, when=when, more=more, answer=answer, zone=zone).replace("\n", "\r\n")


def mail(calendar: str, text: str = "") -> Envelope:
    return to_envelope(
        b"From: petra@kunde.example\r\nSubject: x\r\nContent-Language: en\r\n"
        b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode() + b"\r\n--b\r\n"
        b"Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(calendar.encode())
        + b"\r\n--b--\r\n"
    )


def test_an_invitation_without_words_is_put_into_words():
    envelope = mail(event())

    assert envelope.text == (
        "Invitation: Begehung, 3. Stock\n"
        "When: Tue, 1. December 2026, 09:00 – 10:00 (Europe/Berlin)\n"
        "Where: Raum 3\n"
        "Organizer: Petra Lang <petra@kunde.example>\n"
        "Participants: Support <support@firma.example>; otto@kunde.example"
    )
    assert [(one.name, one.content_type) for one in envelope.attachments] == [("attachment-1.ics", "text/calendar")]
    assert envelope.notes == ()


def test_a_mail_with_words_keeps_them_and_tells_of_the_invitation():
    envelope = mail(event(), text="Passt das?")

    assert envelope.text == "Passt das?"
    assert envelope.notes == ("invite:Begehung, 3. Stock",)
    with override("en"):
        assert sentence(envelope.notes[0]) == "The mail carries an appointment. (Begehung, 3. Stock)"


@pytest.mark.parametrize(
    ("calendar", "line"),
    [
        (event("CANCEL"), "Cancelled appointment: Begehung, 3. Stock"),
        (event(more="STATUS:CANCELLED"), "Cancelled appointment: Begehung, 3. Stock"),
        (event("REPLY", answer="ACCEPTED"), "Answer to an invitation: Begehung, 3. Stock"),
        (event("REPLY", answer="DECLINED"), "Participants: Support <support@firma.example> – declined; otto@kunde.example"),
        (event("PUBLISH"), "Appointment: Begehung, 3. Stock"),
        (event(more="RRULE:FREQ=WEEKLY;COUNT=5;BYDAY=TU"), "Repeats: every week (TU), 5 times"),
        (event(more="RRULE:FREQ=DAILY;UNTIL=20261224T000000Z"), "Repeats: every day, until Thu, 24. December 2026, 00:00"),
        (event(more="RRULE:FREQ=MONTHLY;BYDAY=-1FR"), "Repeats: FREQ=MONTHLY;BYDAY=-1FR"),
        (event(when="DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227"), "When: Thu, 24. December 2026 – Sat, 26. December 2026"),
        (event(when="DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261225"), "When: Thu, 24. December 2026"),
        (event(when="DTSTART:20261224T180000Z\nDTEND:20261225T020000Z"), "When: Thu, 24. December 2026, 18:00 – Fri, 25. December 2026, 02:00 (UTC)"),
        (event(when="DTSTART;TZID=Nowhere:20261224T180000"), "When: Thu, 24. December 2026, 18:00 (Nowhere)"),
    ],
)  # fmt: skip
def test_its_kind_and_facts_are_told(calendar, line):
    assert line in mail(calendar).text.split("\n")


@pytest.mark.parametrize("calendar", ["", "BEGIN:VCALENDAR", "nonsense", event()[:250], event(when="DTSTART:gestern")])
def test_a_broken_calendar_is_still_a_file(calendar):
    envelope = mail(calendar, text="Passt das?")

    assert envelope.text == "Passt das?"
    assert [one.content_type for one in envelope.attachments] == ["text/calendar"]


def test_a_zone_that_changes_every_second_is_not_counted():
    assert calls(lambda: mail(event(zone="SECONDLY"))) < 100_000


def test_a_calendar_of_many_lines_is_left_a_file():
    lines = "\n".join(f"ATTENDEE:mailto:a{n}@b.example" for n in range(limits.CALENDAR_LINES))

    assert calls(lambda: mail(event(more=lines))) < 50_000
