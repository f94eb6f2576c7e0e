"""Organisations, and looking for them."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.models import Domain, Organisation

MOST_DOMAINS = 200
_DOMAIN = re.compile(r"(?!-)[\w-]+(\.[\w-]+)+", re.ASCII)


class OrganisationForm(forms.ModelForm[Organisation]):
    """An organisation with its domains."""

    domains = forms.CharField(
        required=False, label=_("Domains of its addresses"), max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "example.com"}),
        help_text=_(
            "One a line. A domain stands for its subdomains, too. Whoever writes from one for the first time belongs to "
            "the organisation; leave out providers where everybody gets an address."
        ),
    )  # fmt: skip

    class Meta:
        model = Organisation
        fields = ("name", "note", "is_active")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}  # noqa: RUF012 Django reads it once

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["domains"] = "\n".join(domain.name for domain in self.instance.domains.all())

    def clean_domains(self) -> list[str]:
        """
        Read the domains, in lower case and each once.

        :raises ValidationError: if one is none, or belongs to another organisation.
        """
        words = self.cleaned_data["domains"].replace(",", " ").lower().split()
        domains = list(dict.fromkeys(_ascii(word.removeprefix("@").rstrip(".")) for word in words))
        if len(domains) > MOST_DOMAINS:
            raise ValidationError(gettext("At most %(count)s domains.") % {"count": MOST_DOMAINS})
        for domain in domains:
            if len(domain) > 253 or not _DOMAIN.fullmatch(domain):
                raise ValidationError(
                    gettext("“%(domain)s” is no domain such as example.com.") % {"domain": domain[:80]}
                )
        taken = (
            Domain.objects.filter(name__in=domains)
            .exclude(organisation=self.instance.pk)
            .select_related("organisation")
        )
        for one in taken[:1]:
            words = gettext("%(domain)s belongs to %(organisation)s already.")
            raise ValidationError(words % {"domain": one.name, "organisation": one.organisation})
        return domains


class SearchForm(forms.Form):
    """Which organisations to list."""

    q = forms.CharField(required=False, max_length=100, label=_("Search organisations"))

    @property
    def words(self) -> list[str]:
        """Give what was asked, as far as it can be understood."""
        self.is_valid()
        return (self.cleaned_data.get("q") or "").split()[:5]


def _ascii(domain: str) -> str:
    """Write a domain as mails carry it; what cannot be one stays, to be refused."""
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain
