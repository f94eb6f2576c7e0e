"""Taking articles out of the knowledge base as files, and bringing some in after a look at what would happen."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knowledgebase.exchange import FORMATS, Line, Unreadable, read, run
from knowledgebase.exchange import export as written
from knowledgebase.exchange.reading import LARGEST_UPLOAD
from knowledgebase.models import Article, ArticleQuerySet, ImportFile
from knowledgebase.permissions import can
from knowledgebase.views.access import AgentRequest, agents_only

_MOST_SHOWN = 500


class UploadForm(forms.Form):
    """The file to bring in."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A zip archive of Markdown or HTML files, a single one of them, or a CSV table; at most 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,.md,.markdown,.html,.htm,.csv"}),
    )


@agents_only
@require_http_methods(["GET", "POST"])
def exchange(request: AgentRequest) -> HttpResponse:
    """Offer the exports, and take a file to look at."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST":
        _check(request)
        if form.is_valid() and (kept := _kept(request, form)):
            return redirect("knowledge:import", kept.pk)
    context = {"form": form, "may_import": _may_import(request), "count": _readable(request).count()}
    return render(request, "knowledgebase/exchange.html", context, status=422 if form.is_bound else 200)


@agents_only
@require_GET
def export(request: AgentRequest) -> HttpResponse:
    """Give everything this person may read as a file."""
    form = request.GET.get("format", "markdown")
    form = form if form in FORMATS else "markdown"
    ending, content_type = FORMATS[form]
    response = HttpResponse(written(_readable(request), form), content_type=content_type)
    name = f"articles-{form}-{timezone.localdate():%Y-%m-%d}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@agents_only
@require_GET
def trial(request: AgentRequest, number: int) -> HttpResponse:
    """Show what importing this file would do; nothing is changed."""
    kept = _own(request, number)
    try:
        report = run(read(kept.name, bytes(kept.data)), by=request.user, now=timezone.now(), apply=False)
    except Unreadable as why:
        messages.error(request, str(why))
        return redirect("knowledge:exchange")
    return render(request, "knowledgebase/import.html", _context(kept, report.lines, report.counts, done=False))


@agents_only
@require_POST
def application(request: AgentRequest, number: int) -> HttpResponse:
    """Import this file."""
    kept, now = _own(request, number), timezone.now()
    try:
        report = run(read(kept.name, bytes(kept.data)), by=request.user, now=now, apply=True)
    except Unreadable as why:
        messages.error(request, str(why))
        return redirect("knowledge:exchange")
    ImportFile.objects.filter(pk=kept.pk).update(applied_at=now)
    counts = report.counts
    messages.success(request, gettext("Imported: %(new)s new, %(changed)s changed, %(refused)s refused.") % counts)
    return render(request, "knowledgebase/import.html", _context(kept, report.lines, counts, done=True))


def _kept(request: AgentRequest, form: UploadForm) -> ImportFile | None:
    """Keep the file until somebody says that it shall count; nothing is kept of one that cannot be read."""
    file = form.cleaned_data["file"]
    name = (file.name or "articles")[:200].replace("\0", "")
    data = file.read(LARGEST_UPLOAD + 1)
    try:
        read(name, data)
    except Unreadable as why:
        form.add_error("file", str(why))
        return None
    ImportFile.objects.filter(by=request.user, applied_at__isnull=True).delete()
    return ImportFile.objects.create(name=name, data=data, by=request.user, at=timezone.now())


def _context(kept: ImportFile, lines: list[Line], counts: dict[str, int], *, done: bool) -> dict[str, object]:
    order = {"refused": 0, "new": 1, "changed": 2, "same": 3}
    shown = sorted(lines, key=lambda line: order[line.verdict])[:_MOST_SHOWN]
    names = {
        "new": gettext("new"), "changed": gettext("changed"), "same": gettext("unchanged"), "refused": gettext("refused")
    }  # fmt: skip
    return {
        "file": kept,
        "rows": [(line, names[line.verdict]) for line in shown],
        "more": max(0, len(lines) - _MOST_SHOWN),
        "counts": counts,
        "does_something": counts["new"] + counts["changed"] > 0,
        "done": done,
    }


def _own(request: AgentRequest, number: int) -> ImportFile:
    kept = get_object_or_404(ImportFile, pk=number, by=request.user)
    _check(request)
    return kept


def _may_import(request: AgentRequest) -> bool:
    return request.user.is_lead and can(request.user, "write")


def _check(request: AgentRequest) -> None:
    if not _may_import(request):
        raise PermissionDenied


def _readable(request: AgentRequest) -> ArticleQuerySet:
    return Article.objects.visible_to(request.user)
