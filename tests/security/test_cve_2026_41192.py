"""Files are linked and deleted by nobody's word: no form takes the number of a file."""

import pytest

from tests.security.world import World, address
from tickets.models import Attachment

CLAIMS = ("attachments", "attachment_ids", "attachments[]", "attachments_all", "files", "blob", "key", "remove")


@pytest.mark.parametrize(
    ("role", "name", "field"),
    [
        ("work", "tickets:messages", "body"),
        ("work", "tickets:notes", "body"),
        ("view", "tickets:drafts", "body"),
        ("work", "tickets:drafts", "body"),
        ("requester", "portal:write", "text"),
        ("anonymous", "portal:link_write", "text"),
    ],
)
def test_ids_of_anothers_file_in_an_answer_link_and_delete_nothing(
    world: World, role: str, name: str, field: str
) -> None:
    file = world.foreign.file
    before = list(Attachment.objects.order_by("pk").values_list("pk", "message_id", "blob_id"))
    for claimed in (file.pk, file.key, file.blob_id):
        form = {field: "Text", "version": "0"} | dict.fromkeys(CLAIMS, claimed)
        world.client(role).post(address(world, name), form)

    assert list(Attachment.objects.order_by("pk").values_list("pk", "message_id", "blob_id")) == before
