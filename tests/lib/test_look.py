"""The parts of the look: what the tags draw, and that every icon a template names is there."""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from helpdesk.lib.templatetags import look

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Person:
    """Somebody with a name."""

    pk: int
    display_name: str


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def draw(source: str, **context: object) -> str:
    return Template("{% load look %}" + source).render(Context(context)).strip()


def test_an_icon_beside_a_text_is_decoration_and_an_icon_alone_has_a_name():
    beside, alone = look.icon("mail"), look.icon("mail", label="E-mail")

    assert re.fullmatch(
        r'<svg class="i" aria-hidden="true"><use href="/static/vendor/icons\S*\.svg#mail"/></svg>', beside
    )
    assert 'role="img" aria-label="E-mail"' in alone


def test_every_icon_that_a_template_names_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/vendor/icons.svg").read_text()))
    named = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'{%\s*icon\s+"([\w-]+)"', template.read_text())
    }

    assert named - drawn == set()


def test_the_committed_third_party_files_are_the_ones_in_the_manifest():
    files = tomllib.loads((ROOT / "static/vendor/vendor.toml").read_text())["file"]

    sums = {
        file["name"]: hashlib.sha256((ROOT / "static/vendor" / file["name"]).read_bytes()).hexdigest() for file in files
    }

    assert sums == {file["name"]: file["sha256"] for file in files}


def test_nothing_in_the_templates_runs_or_styles_inline():
    inline = re.compile(
        r"""<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=["']|\son[a-z]+=["']|javascript:""", re.IGNORECASE
    )

    found = [
        f"{template.relative_to(ROOT)}: {match[0]}"
        for template in (ROOT / "templates").rglob("*.html")
        if template.parent.name != "notifications"  # mails: their style must travel in them
        for match in inline.finditer(template.read_text())
    ]

    assert found == []


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Lena Brandt", "LB"),
        ("Dr. Klaus von Berger", "DB"),
        ("miriam.hoffmann@nordwind.example", "MH"),
        ("Şahin", "Ş"),
        ("", "?"),
        ("(support)", "?"),
    ],
)
def test_initials_come_from_the_first_and_the_last_word(name: str, letters: str):
    assert look.initials(name) == letters


def test_a_name_cannot_bring_markup_into_its_avatar():
    drawn = look.avatar(Person(pk=1, display_name='"><script>alert(1)</script>'))

    assert "<script" not in drawn
    assert 'aria-label="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in drawn


def test_nobody_has_an_avatar_that_says_so():
    assert look.avatar(None, size="xs") == '<span class="av av-xs" role="img" aria-label="not assigned">–</span>'


def test_a_priority_has_a_name_and_not_only_a_colour():
    assert look.priority(4).startswith('<span class="prio prio-4" role="img" aria-label="Priority critical">')


@pytest.mark.parametrize(
    ("left", "state", "kind", "shape", "words"),
    [
        (timedelta(hours=3, minutes=5), "running", "is-calm", "clock", "3:05"),
        (timedelta(minutes=18), "running", "is-warn", "clock", "0:18"),
        (timedelta(minutes=-12), "running", "is-bad", "alert-triangle", "overdue 0:12"),
        (timedelta(minutes=-12), "paused", "is-calm", "player-pause", "waiting for customer"),
        (timedelta(minutes=5), "met", "is-ok", "circle-check", "met"),
        (timedelta(days=2, hours=1), "running", "is-calm", "clock", "2 days"),
    ],
)
def test_a_clock_says_in_words_and_shape_what_its_colour_says(
    left: timedelta, state: str, kind: str, shape: str, words: str
):
    reason = "waiting for customer" if state == "paused" else ""

    chip = look.countdown(NOW + left, NOW - timedelta(hours=1), state, reason, now=NOW)

    assert chip.startswith(f'<time class="sla {kind}"')
    assert f"#{shape}" in chip
    assert f"<span>{words}</span>" in chip


def test_without_a_promise_there_is_no_clock():
    assert look.countdown(None) == ""


def test_a_link_to_a_page_that_does_not_exist_is_left_out():
    assert draw('{% rail_link "inbox" "Nowhere" "no:such" "nor:this" %}') == ""
    assert look.first_url("no:such", "account_login") == "/account/login/"


class Caller(forms.Form):
    """A form with one of each."""

    name = forms.CharField(label="Name", help_text="As callers say it.")
    active = forms.BooleanField(label="Active", required=False)


def test_a_refused_field_is_tied_to_its_help_and_its_error():
    drawn = draw("{% field form.name %}", form=Caller({"name": ""}))

    assert 'aria-describedby="id_name-help id_name-error"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert re.search(r'id="id_name-error">\s*This field is required\.', drawn)


def test_a_checkbox_stands_before_its_label():
    drawn = draw("{% field form.active %}", form=Caller())

    assert drawn.index("<input") < drawn.index("<label")
    assert 'class="form-check-input"' in drawn
