"""Where mail is fetched from."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels_intake.models import Mailbox
from helpdesk.administration.forms.queues import QueueChoice
from helpdesk.administration.operations.mailboxes import FIELDS
from tickets.models import Queue


class MailboxForm(forms.ModelForm[Mailbox]):
    """A mailbox; its password can be written and never read."""

    queue = QueueChoice(
        Queue.objects.filter(is_active=True), required=False, label=_("Queue"), empty_label=_("triage chooses")
    )
    port = forms.IntegerField(min_value=1, max_value=65_535, initial=993, label=_("Port"))
    password = forms.CharField(
        required=False, max_length=1_000, strip=False, label=_("Password"),
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    class Meta:
        model = Mailbox
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance
        self._account = (stored.host, stored.username) if stored.pk and stored.secret else None
        self.fields["password"].help_text = (
            _("Stored encrypted and never shown. Leave it empty to keep the one that is stored.")
            if self._account
            else _("Stored encrypted and never shown.")
        )
        self.fields["host"].help_text = _("Without one, nothing is fetched: the mail comes by SMTP or by a pipe.")

    def clean(self) -> dict[str, Any]:
        """Want a complete account, and the password again where it would go elsewhere."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["host"] = (cleaned.get("host") or "").strip()
        if not cleaned["host"]:
            return cleaned
        if not cleaned.get("username"):
            self.add_error("username", gettext("Enter the user name the mail server knows."))
        if cleaned.get("password"):
            return cleaned
        if self._account is None:
            self.add_error("password", gettext("Enter the password of this account."))
        elif self._account != (cleaned["host"], cleaned.get("username")):
            # Whoever changes the server must know the password: it is never sent to another one unasked.
            self.add_error("password", gettext("Server or user name changed: enter the password of the new account."))
        return cleaned
