"""Translations are found, compiled and missed without gettext's tools."""

import gettext
import io

from helpdesk.local import messages, texts

CATALOGUE = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#. a remark
#: somewhere.py:1
msgid "Open \"%(name)s\""
msgstr ""
"Öffne "
"„%(name)s“"

msgctxt "verb"
msgid "Open"
msgstr "Öffnen"

msgid "one ticket"
msgid_plural "%d tickets"
msgstr[0] "ein Ticket"
msgstr[1] "%d Tickets"

#, fuzzy
msgid "Guessed"
msgstr "Geraten"

msgid "Empty"
msgstr ""
"""


def test_the_compiled_catalogue_is_what_gettext_reads() -> None:
    catalogue = gettext.GNUTranslations(io.BytesIO(messages.binary(CATALOGUE)))

    assert catalogue.gettext('Open "%(name)s"') == "Öffne „%(name)s“"
    assert catalogue.pgettext("verb", "Open") == "Öffnen"
    assert [catalogue.ngettext("one ticket", "%d tickets", n) for n in (1, 2)] == ["ein Ticket", "%d Tickets"]
    assert catalogue.gettext("Guessed") == "Guessed"


def test_guesses_and_empty_translations_are_gaps() -> None:
    assert messages.gaps(CATALOGUE) == ["Guessed", "Empty"]


def test_texts_are_found_in_code() -> None:
    code = """a = _("One"); b = ngettext_lazy("one", "many", n); c = pgettext("verb", "Close"); d = _(name)
e = translation.gettext("Long "
    "text")"""

    found = [(m.context, m.singular, m.plural) for m in texts.in_code(code)]

    assert sorted(found, key=str) == [
        ("verb", "Close", None), (None, "Long text", None), (None, "One", None), (None, "one", "many"),
    ]  # fmt: skip


def test_texts_are_found_in_templates() -> None:
    template = """{% load i18n %}{% translate "It's (one)" %}{% translate "Open" context "verb" %}
    {% blocktranslate count n=n trimmed %}
      {{ n }} ticket
    {% plural %}{{ n }} tickets{% endblocktranslate %}{{ _("In a variable") }}"""

    found = [(m.context, m.singular, m.plural) for m in texts.in_template(template)]

    assert found == [
        (None, "It's (one)", None), ("verb", "Open", None), (None, "%(n)s ticket", "%(n)s tickets"), (None, "In a variable", None),
    ]  # fmt: skip
