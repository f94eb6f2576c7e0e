"""Pictures in articles: taken in, told by their first bytes, and thrown away when no article took them."""

import hashlib
from datetime import datetime, timedelta

from knowledgebase.models import Article, Picture
from people.models import User

LARGEST = 5 * 1024 * 1024
_UNUSED_FOR = timedelta(days=1)
_SIGNS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


class NoPicture(Exception):
    """The file is no picture that browsers only paint: PNG, JPEG, GIF or WebP."""


class TooLarge(Exception):
    """The picture is larger than an article may carry."""


def add_picture(data: bytes, *, name: str, article: Article | None, by: User, now: datetime) -> Picture:
    """
    Keep a picture for a text that is being written; the same one is kept once an article.

    :raises NoPicture: if it is something else, whatever it is called.
    :raises TooLarge: if it is too large.
    """
    if len(data) > LARGEST:
        raise TooLarge("The picture is too large.")
    content_type = picture_type(data)
    if content_type is None:
        raise NoPicture("PNG, JPEG, GIF and WebP are pictures here.")
    sha256 = hashlib.sha256(data).hexdigest()
    same = Picture.objects.filter(sha256=sha256, article=article, added_by=by).defer("data").first()
    if same is not None:
        return same
    name = "".join(sign for sign in name.rpartition("/")[2] if sign.isprintable() and sign not in '[]()"\\')[:200]
    return Picture.objects.create(
        article=article,
        name=name or "picture",
        content_type=content_type,
        sha256=sha256,
        data=data,
        added_by=by,
        added_at=now,
    )


def picture_type(data: bytes) -> str | None:
    """Tell by the first bytes what kind of picture this is, if it is one."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for sign, kind in _SIGNS if data.startswith(sign)), None)


def drop_unused(now: datetime) -> int:
    """Throw away pictures that were pasted into texts nobody saved."""
    unused = Picture.objects.filter(article__isnull=True, added_at__lt=now - _UNUSED_FOR)
    return unused.delete()[0]
