"""How we sign in at mail servers by OAuth."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.administration.forms.queues import say_empty
from helpdesk.administration.operations.grants import FIELDS
from notifications.models import OAuthGrant

_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}")


class GrantForm(forms.ModelForm[OAuthGrant]):
    """A sign-in; its client secret can be written and never read."""

    authorize_url = forms.URLField(
        required=False, max_length=500, assume_scheme="https", label=_("Authorization address")
    )
    token_url = forms.URLField(required=False, max_length=500, assume_scheme="https", label=_("Token address"))
    secret = forms.CharField(
        required=False, max_length=1_000, label=_("Client secret"),
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    class Meta:
        model = OAuthGrant
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance
        self._place = _place(stored) if stored.pk and stored.client_secret else None
        self.fields["secret"].help_text = (
            _("Stored encrypted and never shown. Leave it empty to keep the one that is stored.")
            if self._place
            else _("Stored encrypted and never shown.")
        )
        say_empty(self.fields["provider"], _("choose a provider"))
        self.fields["tenant"].help_text = _("Microsoft 365 only: your domain, or the directory (tenant) ID.")
        self.fields["scope"].help_text = _("Empty for Microsoft 365 and Google: what mail needs.")

    def clean_tenant(self) -> str:
        """Take what can stand in an address."""
        tenant: str = self.cleaned_data["tenant"].strip()
        if tenant and not _TENANT.fullmatch(tenant):
            raise ValidationError(gettext("Enter a domain such as example.com, or the ID of the directory."))
        return tenant

    def clean(self) -> dict[str, Any]:
        """Want the addresses of an unknown provider, and the secret again where it would go elsewhere."""
        cleaned = super().clean() or self.cleaned_data
        is_other = cleaned.get("provider") == OAuthGrant.Provider.OTHER
        for name in ("authorize_url", "token_url", "scope"):
            if not is_other:
                cleaned[name] = "" if name != "scope" else cleaned.get(name, "")
            elif name not in self.errors and not cleaned.get(name):
                self.add_error(name, gettext("Your provider's documentation says it."))
            elif name != "scope" and not cleaned.get(name, "").startswith("https://"):
                self.add_error(name, gettext("The address must begin with https://."))
        new = tuple(cleaned.get(name, "") for name in ("provider", "tenant", "client_id", "token_url"))
        if self._place is not None and self._place != new and not cleaned.get("secret"):
            self.add_error("secret", gettext("The application changed: enter its client secret."))
        return cleaned


def _place(grant: OAuthGrant) -> tuple[str, ...]:
    return grant.provider, grant.tenant, grant.client_id, grant.token_url
