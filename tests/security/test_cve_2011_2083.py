"""CVE-2011-2083 (RT): links made of fields led to `javascript:` or `data:`; class and id stayed; texts stood in scripts."""

import pytest

from helpdesk.lib.html import clean
from people.models import User
from tests.security.armed import PAGE, armed
from tests.security.more_vectors import LINKS
from tests.security.world import World

FIELDS = [
    "javascript:ran=1",
    "data:text/html,<b>",
    '" onclick=ran x="',
    "' onclick=ran x='",
    "//evil.example",
    "</script><b>",
]


@pytest.mark.parametrize("value", FIELDS)
def test_a_field_that_becomes_a_link_stays_a_number(world: World, value: str) -> None:
    User.objects.filter(pk=world.people["requester"].pk).update(
        phone=value, name=value, department=value, location=value
    )

    page = world.client("work").get(f"/tickets/{world.own.ticket.pk}/").content.decode()

    assert 'href="tel:' in page
    assert armed(page, allowed=PAGE) == []


@pytest.mark.parametrize("vector", LINKS)
def test_a_link_in_a_mail_leads_to_the_web_to_a_mail_or_to_a_phone(vector: str) -> None:
    assert armed(clean(vector)) == []


def test_no_script_stands_in_a_page(world: World) -> None:
    for client, path in ((world.client("admin"), f"/tickets/{world.own.ticket.pk}/"), (world.client("requester"), "/")):
        page = client.get(path).content.decode()

        assert page.count("<script") == page.count("></script>") > 3


def test_class_and_id_are_not_kept() -> None:
    assert clean('<p class="toasts" id="app" data-x="1" role="alert">x</p>') == "<p>x</p>"
