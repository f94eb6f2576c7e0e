"""What people may change about themselves."""

from django import forms

from people.models import User


class PreferencesForm(forms.ModelForm[User]):
    """One's own settings."""

    class Meta:
        model = User
        fields = ("name", "language", "theme", "single_keys", "phone")
