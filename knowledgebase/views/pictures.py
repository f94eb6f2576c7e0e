"""Pictures in articles: taken in from the editor, and given to whoever may read the article."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header, parse_etags
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from knowledgebase.forms import ArticleForm
from knowledgebase.models import Article, Picture
from knowledgebase.operations.picturing import LARGEST, NoPicture, TooLarge, add_picture
from knowledgebase.permissions import can
from knowledgebase.views.access import AgentRequest, agents_only
from people.models import User


@agents_only
@require_POST
def add(request: AgentRequest) -> HttpResponse:
    """Keep a pasted picture and give the Markdown that shows it; it belongs to no article until that is saved."""
    if not can(request.user, "write"):
        raise PermissionDenied
    file = request.FILES.get("picture")
    if file is None or (file.size or 0) > LARGEST:
        return JsonResponse({"error": gettext("A picture has at most 5 MB.")}, status=422)
    try:
        return JsonResponse({"markdown": _markdown(_keep(request, file, None))})
    except (NoPicture, TooLarge):
        return JsonResponse({"error": gettext("Only PNG, JPEG, GIF and WebP are pictures here.")}, status=422)


@require_safe
def show(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Give a picture to whoever may read its article; before there is one, to whoever pasted it."""
    mine = Q(article__isnull=True, added_by=request.user) if isinstance(request.user, User) else Q(pk__in=[])
    readable = Q(article__in=Article.objects.visible_to(request.user))
    picture = Picture.objects.filter(readable | mine, key=key).first()
    if picture is None:
        raise Http404
    etag = f'"{picture.sha256}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return _guarded(HttpResponseNotModified(), etag)
    response = HttpResponse(bytes(picture.data), content_type=picture.content_type)
    disposition = content_disposition_header(as_attachment=False, filename=picture.name)
    response["Content-Disposition"] = disposition or "inline"
    return _guarded(response, etag)


def with_picture(request: AgentRequest, form: ArticleForm, article: Article | None) -> bool:
    """Put a picture that came with the form below the last step; false if it is none."""
    file = form.cleaned_data.get("picture")
    if not file:
        return True
    try:
        picture = _keep(request, file, article)
    except (NoPicture, TooLarge):
        form.add_error("picture", gettext("Only PNG, JPEG, GIF and WebP are pictures here."))
        return False
    form.cleaned_data["steps"] = f"{form.cleaned_data['steps'].rstrip()}\n\n{_markdown(picture)}\n"
    return True


def _keep(request: AgentRequest, file: UploadedFile[Any], article: Article | None) -> Picture:
    return add_picture(file.read(), name=file.name or "", article=article, by=request.user, now=timezone.now())


def _markdown(picture: Picture) -> str:
    return f"![{picture.name}]({reverse('knowledge:attachment', args=[picture.key])})"


def _guarded(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, private=True, no_cache=True)
    return response
