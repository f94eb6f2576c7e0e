from datetime import timedelta

import pytest

from knowledgebase.models import Picture
from knowledgebase.operations import Content, Facts, write_article
from knowledgebase.operations.picturing import LARGEST, NoPicture, TooLarge, add_picture, drop_unused
from tests.factories import NOW, make_agent

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


@pytest.fixture
def agent():
    return make_agent()


def added(by, data=PNG, name="fenster.png", article=None):
    return add_picture(data, name=name, article=article, by=by, now=NOW)


@pytest.mark.parametrize(
    "data", [b"<svg onload=alert(1)>", b"<html>", b"%PDF-1.4", b"", b"RIFFxxxxWAVE", b"PK\x03\x04"]
)
def test_what_is_no_picture_is_refused_whatever_it_is_called(agent, data):
    with pytest.raises(NoPicture):
        added(agent, data)
    assert not Picture.objects.exists()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0x", "image/jpeg"),
        (b"GIF89ax", "image/gif"),
        (b"RIFFxxxxWEBPVP8", "image/webp"),
    ],
)
def test_pictures_are_told_by_their_first_bytes(agent, data, kind):
    assert added(agent, data, name="x.txt").content_type == kind


def test_a_picture_has_a_largest_size(agent):
    with pytest.raises(TooLarge):
        added(agent, PNG + b"x" * LARGEST)


def test_the_same_picture_is_kept_once(agent):
    assert added(agent) == added(agent)


def test_a_name_cannot_break_out_of_the_markdown(agent):
    assert added(agent, name='../a](javascript:x) ![".png').name == "ajavascript:x !.png"


def test_saving_the_article_takes_its_writers_pictures_and_nobody_elses(agent):
    mine, theirs, unused = added(agent), added(make_agent()), added(agent, PNG + b"2")
    steps = "\n".join(f"![x](/knowledge/attachments/{picture.key}/)" for picture in (mine, theirs))

    article = write_article(language="de", content=Content(title="Bild", steps=steps), facts=Facts(), by=agent, now=NOW)

    assert list(article.pictures.all()) == [mine]
    assert drop_unused(NOW + timedelta(days=2)) == 2
    assert list(Picture.objects.all()) == [mine]
    assert unused.pk != mine.pk
