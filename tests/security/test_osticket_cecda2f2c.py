"""osTicket cecda2f2c: of several uploaded files only the first one was checked."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.forms import LARGEST_FILE
from tests.security.world import PNG, World
from tickets.models import Attachment, Message

PLACES = [
    ("requester", "/requests/{}/messages/", "text"),
    ("work", "/tickets/{}/messages/", "body"),
    ("work", "/tickets/{}/notes/", "body"),
]


@pytest.mark.parametrize(("role", "path", "field"), PLACES)
def test_each_of_several_files_is_judged(world: World, role: str, path: str, field: str) -> None:
    ticket, before = world.own.ticket, Attachment.objects.count()
    files = [
        SimpleUploadedFile("a.png", PNG, "image/png"),
        SimpleUploadedFile("..\\b.svg", b"<svg onload=ran>", "image/png"),
    ]

    world.client(role).post(path.format(ticket.pk), {field: "See", "attachments": files})
    kept = list(Attachment.objects.order_by("-pk")[: Attachment.objects.count() - before])
    answers = [world.client("work").get(f"/tickets/{ticket.pk}/attachments/{file.key}/") for file in kept]

    assert sorted(file.name for file in kept) == ["a.png", "b.svg"]
    assert sorted(answer["Content-Type"] for answer in answers) == ["application/octet-stream", "image/png"]


@pytest.mark.parametrize(("role", "path", "field"), PLACES)
def test_a_second_file_that_is_too_large_refuses_all(world: World, role: str, path: str, field: str) -> None:
    before = Message.with_notes.count()
    files = [SimpleUploadedFile("a.png", PNG, "image/png"), SimpleUploadedFile("b.bin", b"\0" * (LARGEST_FILE + 1))]

    answer = world.client(role).post(path.format(world.own.ticket.pk), {field: "See", "attachments": files})

    assert (answer.status_code, Message.with_notes.count()) == (422, before)
