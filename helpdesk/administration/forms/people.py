"""People, and looking for them."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import Organisation, User


class PersonForm(forms.ModelForm[User]):
    """Who somebody is and what they may do; passwords they set themselves."""

    name = forms.CharField(max_length=150, label=_("Name"))

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), required=False, label=_("Organisation"), empty_label=_("none")
    )

    class Meta:
        model = User
        fields = ("name", "email", "role", "language", "organisation", "phone", "department", "location", "is_vip")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organisation.objects.filter(Q(is_active=True) | Q(pk=self.instance.organisation_id))
        if not self.instance.pk:
            field.empty_label = _("that of the e-mail address")

    def clean_email(self) -> str:
        """Write addresses small, as they are compared."""
        email: str = self.cleaned_data["email"].strip().lower()
        return email


class SearchForm(forms.Form):
    """Which people to list."""

    q = forms.CharField(required=False, max_length=100, label=_("Search people"))
    role = forms.ChoiceField(
        required=False, label=_("Role"), choices=[("", _("All roles")), *User.Role.choices]
    )  # fmt: skip
    state = forms.ChoiceField(
        required=False, label=_("State"),
        choices=[("", _("Active")), ("inactive", _("Deactivated")), ("all", _("All"))],
    )  # fmt: skip

    @property
    def asked(self) -> dict[str, Any]:
        """Give what was asked, as far as it can be understood."""
        self.is_valid()
        return self.cleaned_data
