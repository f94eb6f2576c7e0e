"""CVE-2026-28289 after CVE-2026-27636 (FreeScout): the name was checked, and only then freed of hidden characters."""

import pytest

from tests.security.conftest import Places
from tickets.models import Attachment, Blob
from tickets.operations.files import safe_name

HIDDEN = ["\u200b", "\u200e", "\u202e", "\u2066", "\ufeff", "\u00ad", "\x00", "\x1f", "\u2060", "\U000e0061"]


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("name", [".htaccess", "..", "evil.php", "../evil.sh"])
def test_hidden_characters_are_gone_before_anything_is_decided(hidden: str, name: str) -> None:
    given = hidden + hidden.join(name)

    assert safe_name(given) == safe_name(name)
    assert safe_name(safe_name(given)) == safe_name(given)
    assert not any(one in safe_name(given) for one in [*HIDDEN, "/", "\\"])


def test_a_name_is_no_place_anywhere() -> None:
    paths = [field.name for model in (Attachment, Blob) for field in model._meta.get_fields() if "path" in field.name]

    assert paths == []
    assert Attachment._meta.get_field("key").get_internal_type() == "UUIDField"


@pytest.mark.parametrize("name", ["\u200b.htaccess", "x\u202egnp.exe", "..\u200b/..\u200b/evil.sh"])
def test_such_a_file_comes_by_mail_and_is_shown_as_what_it_is(places: Places, name: str) -> None:
    for html in places("filename", name, "attachment list", "attachment list, name sent raw").values():
        assert safe_name(name) in html
        assert not any(one in html for one in HIDDEN)
