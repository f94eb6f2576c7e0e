"""Where mail is fetched from, and as whom we answer."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels_intake.models import Mailbox
from helpdesk.administration.forms.queues import QueueChoice, say_empty
from helpdesk.administration.operations.mailboxes import FIELDS, SENDER_FIELDS
from notifications.models import OAuthGrant, Sender
from tickets.models import Queue

MOST_ALIASES = 50
_HOSTS: dict[str, tuple[str, ...]] = {
    OAuthGrant.Provider.MICROSOFT: (".office365.com", ".outlook.com", ".office.com", ".office365.us", ".outlook.cn"),
    OAuthGrant.Provider.GOOGLE: (".gmail.com", ".googlemail.com", ".google.com"),
}


class AccountForm(forms.ModelForm[Any]):
    """An account at a mail server; its password can be written and never read."""

    needs_user = True
    port = forms.IntegerField(min_value=1, max_value=65_535, label=_("Port"))
    grant = forms.ModelChoiceField(
        OAuthGrant.objects.defer("client_secret", "refresh_token", "access_token"), required=False,
        label=_("Sign-in by OAuth"), empty_label=_("none: by password"),
    )  # fmt: skip
    password = forms.CharField(
        required=False, max_length=1_000, strip=False, label=_("Password"),
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance
        self._account = (stored.host, stored.username) if stored.pk and stored.secret else None
        self.fields["password"].help_text = (
            _("Stored encrypted and never shown. Leave it empty to keep the one that is stored.")
            if self._account
            else _("Stored encrypted and never shown.")
        )

    def clean_password(self) -> str:
        """Take a password that fits on one line."""
        password: str = self.cleaned_data["password"]
        if any(ord(letter) < 32 for letter in password):
            raise ValidationError(gettext("A password has one line."))
        return password

    def clean(self) -> dict[str, Any]:
        """Want a complete account, and the password again where it would go elsewhere."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["host"] = (cleaned.get("host") or "").strip()
        if not cleaned["host"]:
            return cleaned
        if cleaned.get("grant") is None:
            self._check_password(cleaned)
        else:
            self._check_grant(cleaned["grant"], cleaned)
        return cleaned

    def _check_grant(self, grant: OAuthGrant, cleaned: dict[str, Any]) -> None:
        """Bring the token of a large provider to nobody else, and to nobody in the open."""
        hosts = _HOSTS.get(grant.provider)
        if hosts and not f".{cleaned['host'].lower()}".endswith(hosts):
            words = gettext("The sign-in “%(name)s” opens servers of %(provider)s only.")
            self.add_error("host", words % {"name": grant.name, "provider": grant.get_provider_display()})
        if hosts and cleaned.get("security") == Mailbox.Security.NONE:
            self.add_error("security", gettext("A sign-in by OAuth needs encryption."))

    def _check_password(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("username"):
            if self.needs_user:
                self.add_error("username", gettext("Enter the user name the mail server knows."))
            else:
                cleaned["password"] = ""
                self.instance.secret = b""
                return
        if cleaned.get("password"):
            return
        if self._account is None:
            self.add_error("password", gettext("Enter the password of this account."))
        elif self._account != (cleaned["host"], cleaned.get("username")):
            # Whoever changes the server must know the password: it is never sent to another one unasked.
            self.add_error("password", gettext("Server or user name changed: enter the password of the new account."))


class SenderForm(AccountForm):
    """What our mails from the address of a mailbox look like, and the server they leave by."""

    needs_user = False

    class Meta:
        model = Sender
        fields = SENDER_FIELDS
        widgets = {  # noqa: RUF012
            "signature_de": forms.Textarea(attrs={"rows": 4}),
            "signature_en": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="sender", **kwargs)
        self.fields["host"].help_text = _("Without one, mail leaves by the server of the whole helpdesk.")
        self.fields["name"].help_text = _("Stands before the address: Acme Support. Without one, agents write by name.")
        self.fields["port"].help_text = _("587 with STARTTLS, 465 with TLS.")
        self.initial.setdefault("port", 587)
        for name in ("port", "security"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """Keep port and encryption where they were not sent."""
        cleaned = super().clean()
        for name in ("port", "security"):
            if name not in self.errors and not cleaned.get(name):
                cleaned[name] = getattr(self.instance, name)
        return cleaned


class MailboxForm(AccountForm):
    """A mailbox with its other addresses, and the sender that belongs to it."""

    queue = QueueChoice(
        Queue.objects.filter(is_active=True), required=False, label=_("Queue"), empty_label=_("triage chooses")
    )
    aliases = forms.CharField(
        required=False, max_length=5_000, label=_("Other addresses"),
        help_text=_("Lead to this mailbox, too; separate them by commas."),
    )  # fmt: skip

    class Meta:
        model = Mailbox
        fields = FIELDS

    def __init__(self, data: Any = None, *, instance: Mailbox | None = None) -> None:
        super().__init__(data, instance=instance)
        self.sender = SenderForm(data, instance=instance.sender if instance else None)
        self.initial.setdefault("port", 993)
        say_empty(self.fields["language"], _("found out"))
        self.fields["port"].help_text = _("IMAP: 993, POP3: 995; with STARTTLS 143 and 110.")
        self.initial["aliases"] = ", ".join(self.instance.aliases)
        self.fields["host"].help_text = _("Without one, nothing is fetched: the mail comes by SMTP or by a pipe.")
        self.fields["username"].help_text = _("With OAuth it may be empty: the account that signed in.")

    def clean_aliases(self) -> list[str]:
        """Read the addresses, each once."""
        found = list(dict.fromkeys(part.lower() for part in re.split(r"[\s,;]+", self.cleaned_data["aliases"]) if part))
        for address in found:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(gettext("%(text)s is no address.") % {"text": address}) from None
        if len(found) > MOST_ALIASES:
            raise ValidationError(gettext("At most %(count)s addresses.") % {"count": MOST_ALIASES})
        return found

    def clean(self) -> dict[str, Any]:
        """Want the sending side to be right, too."""
        cleaned = super().clean()
        if cleaned.get("address", "").lower() in (cleaned.get("aliases") or ()):
            cleaned["aliases"].remove(cleaned["address"].lower())
        if not self.sender.is_valid():
            self.add_error(None, gettext("Something is wrong with the part about sending."))
        return cleaned
