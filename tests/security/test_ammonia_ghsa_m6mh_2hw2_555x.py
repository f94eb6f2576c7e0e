"""ammonia GHSA-m6mh-2hw2-555x, RUSTSEC-2025-0071, nh3 issue 109: svg animation, namespaces, `jav   ascript:`."""

from importlib.metadata import version

import pytest

from helpdesk.lib.html import clean
from knowledgebase.rendering import render
from tests.security.armed import armed
from tests.security.more_vectors import CONFUSED

KNOWN = [
    "<svg><a><animate attributeName=href values=javascript:ran /><text>x</text></a></svg>",
    "<svg><set attributeName=href to=javascript:ran></svg>",
    '<svg></p><style><a id="</style><img src=1 onerror=ran>">',
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=ran&gt;'>",
    "<annotation-xml encoding='text/html'><img src=x onerror=ran></annotation-xml>",
    "<a href='jav   ascript:ran'>x</a>",
    "<a href='jav\tascript:ran'>x</a>",
    "<a href='\u2000javascript:ran'>x</a>",
]


def test_the_cleaner_is_not_older_than_the_one_these_were_fixed_in() -> None:
    assert tuple(int(part) for part in version("nh3").split(".")[:3]) >= (0, 3, 8)


@pytest.mark.parametrize("vector", [*KNOWN, *CONFUSED])
def test_nothing_changes_its_meaning_between_two_parsers(vector: str) -> None:
    cleaned = clean(vector)

    assert armed(cleaned) == armed(clean(cleaned)) == armed(render(vector)) == []
    assert not any(tag in cleaned for tag in ("<svg", "<math", "<style", "<annotation-xml", "<foreignobject"))
