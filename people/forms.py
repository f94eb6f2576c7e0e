"""What people may change about themselves."""

from typing import Any

from django import forms

from people.models import User


class PreferencesForm(forms.ModelForm[User]):
    """One's own settings."""

    class Meta:
        model = User
        fields = ("name", "language", "theme", "single_keys", "phone")
        widgets = {  # noqa: RUF012 Django reads it once
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.is_agent:
            del self.fields["single_keys"]  # the portal has none
