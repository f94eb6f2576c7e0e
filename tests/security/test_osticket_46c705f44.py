"""osTicket 46c705f44: cleaned first, and entities read afterwards."""

import pytest

from helpdesk.lib.html import clean, from_text, to_text
from knowledgebase.rendering import render
from tests.security.armed import armed

CODED = [
    "&lt;img src=x onerror=ran&gt;",
    "&amp;lt;script&amp;gt;ran&amp;lt;/script&amp;gt;",
    "&#60;script&#62;ran&#60;/script&#62;",
    "&#x3c;img src=x onerror=ran&#x3e;",
    "&#0000060img src=x onerror=ran&#0000062",
    "<a href='java&#x0A;script:ran'>x</a>",
    "<a href='&#106;&#97;vascript&colon;ran'>x</a>",
    "<img src=x on&#101;rror=ran>",
    "<p title='&quot;&gt;&lt;img src=x onerror=ran&gt;'>x</p>",
    "<p style='background&#58;ur&#108;(//evil.example)'>x</p>",
    "%3Cimg src=x onerror=ran%3E",
    "\\u003cimg src=x onerror=ran\\u003e",
]


@pytest.mark.parametrize("vector", CODED)
def test_what_is_coded_is_read_before_it_is_judged_and_coded_again(vector: str) -> None:
    for html in (
        clean(vector),
        clean(clean(vector)),
        from_text(to_text(vector)),
        render(vector),
        render(to_text(vector)),
    ):
        assert armed(html) == []
