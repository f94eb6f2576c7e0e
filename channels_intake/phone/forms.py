"""What the agent fills in during a call."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels_intake.phone.callers import address_without_mail
from knowledgebase.models import Article, ArticleText, Category
from people.models import User
from tickets.models import Queue, Ticket
from tickets.permissions import can_work_in


class CallForm(forms.Form):
    """A call: who, what, how urgent; and what solved it, if something did."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    person = forms.ModelChoiceField(
        User.objects.filter(is_active=True), required=False, widget=forms.HiddenInput, blank=True
    )
    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    subject = forms.CharField(label=_("In one line"), max_length=200, required=False)
    text = forms.CharField(label=_("What is the problem?"), widget=forms.Textarea(attrs={"rows": 6}), max_length=50_000)
    impact = forms.TypedChoiceField(
        label=_("Who is affected?"),
        choices=[(1, _("One person")), (2, _("A team")), (3, _("Many"))],
        coerce=int,
        initial=1,
    )
    urgency = forms.TypedChoiceField(
        label=_("How urgent is it?"),
        choices=[(1, _("Can wait")), (2, _("Work is hindered")), (3, _("Work has stopped"))],
        coerce=int,
        initial=2,
    )
    kind = forms.TypedChoiceField(
        label=_("Type"), choices=Ticket.Kind.choices, coerce=Ticket.Kind, required=False,
        initial=Ticket.Kind.INCIDENT, empty_value=Ticket.Kind.INCIDENT,
    )  # fmt: skip
    category = forms.ModelChoiceField(
        Category.objects.all(), label=_("Category"), required=False, empty_label=_("as the topic")
    )
    queue = forms.ModelChoiceField(
        Queue.objects.none(), label=_("Queue"), required=False, empty_label=_("Found out from the text")
    )
    article = forms.ModelChoiceField(ArticleText.objects.none(), required=False)
    solution = forms.CharField(
        label=_("What solved it?"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=20_000
    )
    then = forms.ChoiceField(choices=[("save", ""), ("solved", "")])

    def __init__(self, *args: Any, agent: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queues = [queue.pk for queue in Queue.objects.filter(is_active=True) if can_work_in(agent, queue)]
        self.fields["queue"].queryset = Queue.objects.filter(pk__in=queues)  # type: ignore[attr-defined]
        readable = Article.objects.published().visible_to(agent)
        self.fields["article"].queryset = ArticleText.objects.filter(article__in=readable)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for what belongs together."""
        data = super().clean() or {}
        if not data.get("person") and not data.get("name"):
            self.add_error("name", _("Choose the caller above, or write down a name."))
        if data.get("then") == "solved" and not data.get("article") and not data.get("solution", "").strip():
            self.add_error("solution", _("Write down what solved it, or mark the solution that did."))
        return data

    @property
    def caller(self) -> tuple[str, str]:
        """Give address and name of the caller."""
        person: User | None = self.cleaned_data["person"]
        if person is not None:
            return person.email, person.name
        given: str = self.cleaned_data["email"]
        return given.lower() or address_without_mail(self.cleaned_data["phone"]), self.cleaned_data["name"]

    @property
    def scale(self) -> dict[str, int]:
        """Give impact and urgency as an operation wants them."""
        return {
            "impact": Ticket.Scale(self.cleaned_data["impact"]),
            "urgency": Ticket.Scale(self.cleaned_data["urgency"]),
        }
