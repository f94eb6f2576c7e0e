"""Quotes of many mail programs fold, answers and forwarded mails stay, and nothing is cut."""

import html
import re
import time

import pytest

from helpdesk.lib.html import Frame, clean_document, to_text
from tests.channels_intake.email.introductions import BLOCKS, INTRODUCTIONS

HEAD_DE = "<b>Von:</b> Support &lt;it@x.example&gt;<br><b>Gesendet:</b> Montag, 2. November 2026 09:00<br><b>An:</b> Rita<br><b>Betreff:</b> AW: Drucker"
HEAD_EN = "<b>From:</b> Support<br><b>Sent:</b> Monday, November 2, 2026 9:00 AM<br><b>To:</b> Rita<br><b>Subject:</b> RE: Printer"


def body(source: str, **more: object) -> str:
    document = clean_document(source, frame=Frame(quoted="Quoted history", **more))
    return document.partition("<body>")[2].removesuffix("</body></html>")


def outside(shown: str) -> str:
    """Give the text that stands outside of what is folded."""
    return to_text(re.sub(r"<details.*?</details>", "", shown, flags=re.S))


def squeezed(text: str) -> str:
    return re.sub(r"[\s>\-]+", "", text)


STYLES = {
    "gmail": '<div dir="ltr">NEU</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">Am Mo., 2. Nov. 2026 um 09:00 Uhr schrieb IT &lt;<a href="mailto:it@x.example">it@x.example</a>&gt;:<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">ALT</blockquote></div>',
    "thunderbird": '<p>NEU</p><div class="moz-cite-prefix">Am 02.11.26 um 09:00 schrieb IT Support:<br></div><blockquote type="cite" cite="mid:1@x"><p>ALT</p></blockquote>',
    "apple": '<div>NEU</div><div><br><blockquote type="cite"><div>Am 02.11.2026 um 09:00 schrieb IT &lt;it@x.example&gt;:</div><br><div>ALT</div></blockquote></div>',
    "iphone": '<div dir="ltr">NEU</div><div id="AppleMailSignature">Von meinem iPhone</div><div dir="ltr"><br>Am 02.11.2026 um 09:00 schrieb IT &lt;it@x.example&gt;:<br><br></div><blockquote type="cite"><div>ALT</div></blockquote>',
    "outlook": f'<div class="WordSection1"><p class="MsoNormal">NEU<o:p></o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">{HEAD_DE}</p></div></div><p class="MsoNormal">&nbsp;</p><p>ALT</p></div>',
    "outlook_english": f'<div class="WordSection1"><p>NEU</p><div style="border-top:solid #B5C4DF 1.0pt"><p>{HEAD_EN}</p></div><p>ALT</p></div>',
    "outlook_web": f'<div>NEU</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><font>{HEAD_EN}</font><div>&nbsp;</div></div><div>ALT</div>',
    "outlook_2003": '<p>NEU</p><div class="OutlookMessageHeader" dir="ltr"><hr><b>Von:</b> IT</div><div>ALT</div>',
    "yahoo": '<div>NEU</div><div id="ydp1yahoo_quoted_7" class="yahoo_quoted"><div>Am Montag, 2. November 2026 um 09:00 schrieb IT:</div><div>ALT</div></div>',
    "proton": '<div>NEU</div><div class="protonmail_quote">On Monday, November 2nd, 2026 at 9:00 AM, IT &lt;it@x.example&gt; wrote:<br><br><blockquote class="protonmail_quote" type="cite">ALT</blockquote><br></div>',
    "webde": f'<html><body><div>NEU<div name="quote" style="margin:10px 5px"><div>{HEAD_DE}</div><div>ALT</div></div></div></body></html>',
    "samsung": "<div>NEU</div><div>-------- Urspr\u00fcngliche Nachricht --------</div><div>Von: IT</div><div>Datum: 02.11.26 09:00</div><div>ALT</div>",
    "roundcube": '<p>NEU</p><p id="reply-intro">Am 2026-11-02 09:00, schrieb IT:</p><blockquote type="cite">ALT</blockquote>',
    "zimbra": '<div>NEU</div><hr id="zwchr"><div><b>Von: </b>IT</div><div>ALT</div>',
    "text_before_blockquote": "<div>NEU<br><br>On 2 Nov 2026 at 9:00, IT wrote:<br><blockquote>ALT</blockquote></div>",
    "french": "<p>NEU</p><p>Le lun. 2 nov. 2026 \u00e0 09:00, IT &lt;it@x.example&gt; a \u00e9crit\u00a0:</p><blockquote>ALT</blockquote>",
    "divs_of_headers": "<div>NEU</div><div><b>Von:</b> IT</div><div><b>Gesendet:</b> Montag</div><div><b>An:</b> Rita</div><div><b>Betreff:</b> Drucker</div><div>ALT</div>",
}


@pytest.mark.parametrize("source", STYLES.values(), ids=STYLES)
def test_what_is_quoted_folds_and_what_is_new_stays(source: str) -> None:
    shown = body(source)

    assert shown.count("<details") == 1
    assert "ALT" not in outside(shown)
    assert re.match(r"NEU(?:\s+Von meinem iPhone)?$", outside(shown).strip())
    assert "<summary>Quoted history</summary>" in shown


@pytest.mark.parametrize(
    "introduction", [one for one in INTRODUCTIONS.values() if one.rstrip("\u202c").endswith(":") and "\n" not in one]
)
def test_an_introduction_of_any_language_is_known_before_a_quote(introduction: str) -> None:
    source = f"<div>NEU</div><div>{html.escape(introduction)}</div><blockquote><div>ALT</div></blockquote>"

    assert outside(body(source)).strip() == "NEU"


@pytest.mark.parametrize("labels", BLOCKS.values(), ids=BLOCKS)
def test_the_headers_of_an_older_mail_are_known_in_any_language(labels: tuple[str, ...]) -> None:
    values = ("Support &lt;it@x.example&gt;", "2. November 2026 09:00", "Rita", "RE: Drucker")
    block = "<br>".join(f"<b>{label}:</b> {value}" for label, value in zip(labels, values, strict=True))

    assert outside(body(f"<p>NEU</p><div style='border-top:solid'><p>{block}</p></div><p>ALT</p>")).strip() == "NEU"


@pytest.mark.parametrize(
    "sentence", ["Er sagte 3 mal, es geht.", "In Raum 4 wrote somebody on the wall.", "Von: Raum 4<br>An: Raum 5"]
)
def test_sentences_between_quotes_are_no_introductions(sentence: str) -> None:
    source = f"<p>NEU</p><blockquote type=cite>ALT</blockquote><p>{sentence}</p><blockquote type=cite>ALT</blockquote>"

    assert to_text(sentence) in outside(body(source))


@pytest.mark.parametrize("source", STYLES.values(), ids=STYLES)
def test_nothing_is_cut(source: str) -> None:
    folded, plain = body(source), clean_document(source).partition("<body>")[2].removesuffix("</body></html>")

    assert squeezed(to_text(folded).replace("Quoted history", "")) == squeezed(to_text(plain))
    assert folded.count("<div") == folded.count("</div")
    assert not re.search(r'(?:class|id|name)="q-|type="cite"', folded + plain)


@pytest.mark.parametrize(
    "source",
    [
        '<p>Oben</p><blockquote type="cite">Frage eins</blockquote><p>Antwort eins</p><blockquote type="cite">Frage zwei</blockquote><p>Antwort zwei</p>',
        '<div>Oben</div><div class="gmail_quote"><div class="gmail_attr">Am Mo., 2. Nov. 2026 schrieb IT:<br></div><blockquote class="gmail_quote">Frage eins</blockquote><div>Antwort eins</div><blockquote class="gmail_quote">Frage zwei</blockquote><div>Antwort zwei</div></div>',
        '<div class="protonmail_quote">Oben<blockquote class="protonmail_quote" type="cite">Frage eins</blockquote>Antwort eins<blockquote type="cite">Frage zwei</blockquote>Antwort zwei</div>',
    ],
)
def test_answers_between_quotes_stay_outside(source: str) -> None:
    shown = body(source)

    for words in ["Oben", "Antwort eins", "Antwort zwei"]:
        assert words in outside(shown)
    assert "Frage" not in outside(shown)
    assert shown.count('<details class="quote" open>') == 2  # short, and needed to understand the answers


@pytest.mark.parametrize(
    "source",
    [
        '<p>Zur Info</p><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>Von: X</div>INHALT</div>',
        '<div>Bitte lesen<blockquote type="cite"><div>Anfang der weitergeleiteten Nachricht:</div><div>INHALT</div></blockquote></div>',
        '<div>Bitte lesen</div><div>Begin forwarded message:</div><br><blockquote type="cite"><div>INHALT</div></blockquote>',
        '<blockquote type="cite">INHALT</blockquote>',
        "<p>Er sagte:</p><blockquote>INHALT</blockquote>",
        "<p>Von: hier bis dort. An: alle</p><p>INHALT</p>",
    ],
)
def test_forwarded_mails_lone_quotes_and_indented_text_are_not_folded(source: str) -> None:
    assert "<details" not in body(source)
    assert "INHALT" in body(source)


def test_mail_headers_fold_only_in_replies() -> None:
    source = f"<p>Bitte k\u00fcmmern</p><div><p>{HEAD_DE}</p></div><p>INHALT</p>"

    assert "INHALT" not in outside(body(source))
    assert "<details" not in body(source, folds_heads=False)


def test_a_sender_cannot_draw_our_folds() -> None:
    shown = body(
        '<p>Neu</p><details class="quote" open><summary>Quoted history</summary></details><div class="q-whole" id="q-head">x</div>'
    )

    assert "q-" not in shown
    assert shown.count("<details") <= 1
    assert " open" not in shown


@pytest.mark.parametrize(
    "source",
    [
        "<blockquote>x</blockquote>" * 7_000,
        '<div class="gmail_quote">' * 450 + "x" + '<blockquote type="cite">y</blockquote>z' * 200,
        "<p>" + "<br>" * 50_000 + '<blockquote type="cite">x</blockquote>',
        "<div>Von: x</div>" * 7_000,
        "<p>-</p>" * 14_000,
        "On 1 wrote " * 30_000 + "<blockquote>x</blockquote>",
        "<div>" + "<b>Von:</b> " * 7_000 + "</div>",
    ],
)
def test_floods_take_no_time(source: str) -> None:
    started = time.process_time()

    body(source)

    assert time.process_time() - started < 2


def test_pictures_from_elsewhere_are_counted_and_those_of_the_mail_shown() -> None:
    frame = Frame(remote=lambda count: f"{count} remote pictures not loaded")
    source = '<img src="https://a.example/1.gif"><img src="//b.example/2"><img src="cid:gone"><img src="data:image/png;base64,iVBORw0KGgo="><img src="data:image/svg+xml;base64,PHN2Zz4=">'

    document = clean_document(source, frame=frame)

    assert '<p class="kept-out">2 remote pictures not loaded</p>' in document
    assert re.findall(r' src="([^"]*)"', document) == ["data:image/png;base64,iVBORw0KGgo="]
    assert "kept-out" not in clean_document("<p>x</p>", frame=frame).partition("<body>")[2]
