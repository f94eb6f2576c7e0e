"""Introductions of quoted mails in the languages and layouts of many programs."""

import textwrap

import pytest

from channels_intake.email.quotes import split_reply
from tests.channels_intake.email.introductions import BLOCKS, INTRODUCTIONS


def is_recognized(introduction: str, mark: str) -> bool:
    reply = split_reply(f"Hat geklappt.\n\n{introduction}\n\n{mark}Bitte neu starten.\n{mark}Danke.\n")
    return reply.new == "Hat geklappt." and "Bitte neu starten." in reply.quoted


@pytest.mark.parametrize("mark", ["", "> "], ids=["bare", "marked"])
@pytest.mark.parametrize("introduction", INTRODUCTIONS.values(), ids=INTRODUCTIONS)
def test_an_introduction_is_recognized(introduction, mark):
    assert is_recognized(introduction, mark)


@pytest.mark.parametrize("mark", ["", "> "], ids=["bare", "marked"])
@pytest.mark.parametrize("above", ["Vielen Dank!", "Geht", "Danke,\nPetra"])
@pytest.mark.parametrize(
    "introduction",
    [
        "Support <support@firma.example> writes:",
        "Mar 3, 2026, 09:12 by support@firma.example:",
        "Support <support@firma.example> 于2026年3月3日周二 09:12写道：",
        "Support <support@firma.example>, 3 Mar 2026 Sal, 09:12 tarihinde şunu yazdı:",
        "Support <support@firma.example> ezt írta (időpont: 2026. márc. 3., K, 9:12):",
        "În mar., 3 mar. 2026 la 09:12, Support <support@firma.example> a scris:",
        "вт, 3 бер. 2026 р. о 09:12 Support <support@firma.example> пише:",
        "Στις Τρί 3 Μαρ 2026 στις 9:12 π.μ., ο/η Support <support@firma.example> έγραψε:",
        "> Support <support@firma.example> hat am 03.03.2026 09:12 CET geschrieben:",
    ],
)
def test_an_introduction_takes_nothing_of_the_line_right_above_it(introduction, above, mark):
    if introduction.startswith(">"):
        mark = "> "
    reply = split_reply(f"{above}\n{introduction}\n{mark}\n{mark}Bitte neu starten.\n")

    assert reply.new == above
    assert introduction in reply.quoted


@pytest.mark.parametrize("width", [50, 70])
@pytest.mark.parametrize("introduction", [one for one in INTRODUCTIONS.values() if "\n" not in one and len(one) > 60])
def test_an_introduction_is_recognized_over_several_lines(introduction, width):
    wrapped = "\n".join(textwrap.wrap(introduction, width, break_long_words=False, break_on_hyphens=False))

    assert is_recognized(wrapped, "")
    assert is_recognized(wrapped, "> ")


@pytest.mark.parametrize("layout", ["{}: {}", "*{}:* {}", "{} : {}", "{}\uff1a {}"])
@pytest.mark.parametrize("labels", BLOCKS.values(), ids=BLOCKS)
def test_a_block_of_headers_is_recognized(labels, layout):
    values = (
        "Support <support@firma.example>",
        "Tuesday, March 3, 2026 9:12 AM",
        "petra@kunde.example",
        "RE: [7] Toner",
    )
    block = "\n".join(layout.format(label, value) for label, value in zip(labels, values, strict=True))

    assert is_recognized(block, "")
