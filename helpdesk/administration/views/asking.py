"""Forms that an operation may refuse, and questions before something is taken away."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from helpdesk.administration.access import SettingsRequest
from helpdesk.administration.refusal import Refused


@dataclass(frozen=True)
class Question:
    """What is asked before it is done: in a dialog on the page, or at its own address without scripts."""

    key: str
    address: str
    heading: str
    text: str
    button: str


def saved(form: BaseForm, save: Callable[[], object]) -> bool:
    """Call the operation when the form is right, and show in the form what is refused."""
    if not form.is_valid():
        return False
    try:
        save()
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


def show_form(request: SettingsRequest, template: str, form: BaseForm, context: dict[str, Any]) -> HttpResponse:
    """Show a page with a form, 422 when it was refused; leads see it without its buttons."""
    context = {"form": form, "may_write": request.user.is_admin, **context}
    return render(request, template, context, status=422 if form.is_bound and form.errors else 200)


def answer(
    request: SettingsRequest, question: Question, act: Callable[[], object], done: str, then: str
) -> HttpResponse:
    """Ask on GET, do on POST, and go on to an address; a refusal is told there."""
    if request.method != "POST":
        return render(request, "settings/question.html", {"question": question, "back": then})
    try:
        act()
        messages.success(request, done)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(then)


def say_saved(request: SettingsRequest) -> None:
    """Tell that it worked."""
    messages.success(request, gettext("Saved."))
