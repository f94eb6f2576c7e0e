"""What agents may send: texts, files and choices, checked before any operation sees them."""

import re
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, Q, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.lib import html
from knowledgebase.models import Article, ArticleText, Category
from people.models import User
from tickets.absences import Away, away, stand_in
from tickets.fields import FilesField
from tickets.models import Membership, Queue, SolutionAttempt, Ticket
from tickets.operations.drafting import LONGEST
from tickets.pasted import take_out

_HTML = re.compile(r"\s*<(?:img|p|div|ul|ol|blockquote|pre|h[1-6]|table|hr|b|i|a|br)\b", re.I)


class TextForm(forms.Form):
    """A text from the editor: HTML when scripts run, plain text when they do not."""

    body = forms.CharField(max_length=LONGEST, required=False, strip=True)
    attachments = FilesField(required=False)
    client_id = forms.UUIDField(required=False)

    def clean(self) -> dict[str, Any]:
        """
        Give `text` and `html` of the body.

        :raises ValidationError: if there is nothing in it.
        """
        data = super().clean() or {}
        body = data.get("body", "")
        source, pictures = take_out(body) if _HTML.match(body) else ("", [])
        data["html"] = str(html.clean_fragment(source, [file.content_id for file in pictures])) if source else ""
        data["text"] = html.to_text(data["html"]) if data["html"] else body
        if pictures and not data["text"].strip():
            data["text"] = " ".join(f"[{file.name}]" for file in pictures)
        data["attachments"] = [*data.get("attachments", ()), *pictures]
        if not data["text"].strip():
            raise ValidationError(gettext("Write something first."))
        return data


class DraftForm(forms.Form):
    """An unfinished text."""

    body = forms.CharField(max_length=LONGEST, required=False, strip=False)
    version = forms.IntegerField(min_value=0)


class HoldForm(forms.Form):
    """Whom or what the ticket waits for."""

    state = forms.ChoiceField(
        label=_("Wait for"),
        choices=[
            (Ticket.State.PENDING_CUSTOMER, _("the requester")),
            (Ticket.State.PENDING_THIRD, _("a third party")),
            (Ticket.State.SCHEDULED, _("a day")),
        ],
    )
    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        help_text=_("Needed when the ticket waits for a day; then it comes back by itself."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    def clean(self) -> dict[str, Any]:
        """
        Check that a reminder has a day to come.

        :raises ValidationError: if it has not.
        """
        data = super().clean() or {}
        until = data.get("until")
        if data.get("state") == Ticket.State.SCHEDULED and (until is None or until <= timezone.now()):
            self.add_error("until", gettext("Choose a time to come."))
        return data


class ResolutionForm(forms.Form):
    """What solved it."""

    solution = forms.CharField(
        label=_("What solved it?"),
        help_text=_("The requester gets this text and is asked whether it helped."),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class ReopeningForm(forms.Form):
    """Why a done ticket is taken up again."""

    reason = forms.CharField(label=_("Why?"), required=False, max_length=500)


class VoidForm(forms.Form):
    """Why a ticket is none."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[(r.value, r.label) for r in Ticket.VoidReason if r not in (Ticket.VoidReason.NONE,)],
    )
    goes_on_in = forms.IntegerField(
        label=_("Goes on in ticket number"), required=False, min_value=1, help_text=_("For duplicates.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_goes_on_in(self) -> Ticket | None:
        """
        Find the ticket that is named.

        :raises ValidationError: if this person sees none of that number.
        """
        number = self.cleaned_data["goes_on_in"]
        if number is None:
            return None
        ticket = Ticket.objects.visible_to(self.user).filter(pk=number).first()
        if ticket is None:
            raise ValidationError(gettext("There is no such ticket."))
        return ticket

    def clean(self) -> dict[str, Any]:
        """Check that what goes on elsewhere says where."""
        data = super().clean() or {}
        if data.get("reason") == Ticket.VoidReason.MERGED and not data.get("goes_on_in"):
            self.add_error("goes_on_in", gettext("Say in which ticket it goes on."))
        return data


class PriorityForm(forms.Form):
    """How much a ticket matters."""

    priority = forms.TypedChoiceField(label=_("Priority"), choices=Ticket.Priority.choices, coerce=int)


class ClassificationForm(forms.Form):
    """Of what kind the request is, and what it is about; what is not sent stays as it is."""

    kind = forms.TypedChoiceField(
        label=_("Type"), choices=Ticket.Kind.choices, coerce=Ticket.Kind, required=False, empty_value=None
    )
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.all(), required=False, empty_label=_("no category")
    )

    def clean(self) -> dict[str, Any]:
        """
        Tell a category that is taken away from one that was not spoken of.

        :raises ValidationError: if neither was sent.
        """
        data = super().clean() or {}
        if not {"kind", "category"} & set(self.data):
            raise ValidationError(gettext("Choose a type or a category."))
        if "category" not in self.data:
            data["category"] = ...
        return data


class PersonField(forms.ModelChoiceField[User]):
    """A colleague; whoever is away stands last, with who stands in."""

    absent: Away = MappingProxyType({})

    def label_from_instance(self, obj: User) -> str:
        """Say as well until when they are away."""
        absence = self.absent.get(obj.pk)
        if absence is None:
            return obj.display_name
        told = {
            "name": obj.display_name,
            "until": date_format(timezone.localtime(absence.ends_at), "SHORT_DATE_FORMAT"),
        }
        deputy = stand_in(obj.pk, self.absent)
        if deputy is None:
            return gettext("%(name)s – away until %(until)s") % told
        return gettext("%(name)s – away until %(until)s, deputy %(deputy)s") % (told | {"deputy": deputy.display_name})


class AssignmentForm(forms.Form):
    """Who works on it: somebody of its queue, or nobody; for whoever is away it takes a second word."""

    to = PersonField(
        label=_("Assign to"), queryset=User.objects.none(), required=False, empty_label=_("nobody, back to the queue")
    )
    anyway = forms.BooleanField(label=_("Assign it all the same"), required=False)

    def __init__(self, *args: Any, ticket: Ticket, user: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(queue=ticket.queue_id, level__gte=Membership.Level.REPLY).values("user")
        leads = Q(role__in=(User.Role.LEAD, User.Role.ADMIN))
        field = self.fields["to"]
        assert isinstance(field, PersonField)
        field.absent, self.user = away(now), user
        people = User.objects.agents().filter(Q(pk__in=members) | leads)
        gone = Q(pk__in=list(field.absent))
        field.queryset = people.annotate(last=Case(When(gone, then=1), default=0)).order_by("last", "name", "email")
        if not self.is_bound:
            del self.fields["anyway"]

    def clean(self) -> dict[str, Any]:
        """Warn of whoever is away; only at the second time it is done."""
        data = super().clean() or {}
        to, field = data.get("to"), self.fields["to"]
        assert isinstance(field, PersonField)
        if to is not None and to != self.user and to.pk in field.absent and not data.get("anyway"):
            words = gettext("%(person)s. Choose somebody else, or confirm it below.")
            self.add_error("to", words % {"person": field.label_from_instance(to)})
        else:
            del self.fields["anyway"]
        return data


class RoutingForm(forms.Form):
    """Where a ticket belongs."""

    to = forms.ModelChoiceField(label=_("Move to"), queryset=Queue.objects.none())
    reason = forms.CharField(label=_("Why?"), required=False, max_length=500)

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Queue.objects.filter(is_active=True).exclude(pk=ticket.queue_id)


class AttemptForm(forms.Form):
    """A standard solution that is tried, or what came of it."""

    text = forms.ModelChoiceField(queryset=ArticleText.objects.none())
    outcome = forms.ChoiceField(choices=SolutionAttempt.Outcome.choices, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["text"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = ArticleText.objects.filter(article__in=Article.objects.visible_to(user))

    def clean_outcome(self) -> SolutionAttempt.Outcome:
        """Read what came of it; nothing yet when it is only tried."""
        return SolutionAttempt.Outcome(self.cleaned_data["outcome"] or SolutionAttempt.Outcome.OPEN)
