"""People: requesters and staff in one table."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Organisation(models.Model):
    """A company or an office whose people ask for help; people with an address of its domains belong to it."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    note = models.TextField(_("note"), blank=True, max_length=2_000)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Domain(models.Model):
    """A domain of an organisation, and of no other; it stands for the domains below it, too."""

    name = models.CharField(
        _("domain"), max_length=253, unique=True, validators=[RegexValidator(r"^[\w-]+(\.[\w-]+)+$")]
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="domains", verbose_name=_("organisation")
    )

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        ordering = ("name",)
        constraints = (models.CheckConstraint(condition=models.Q(name=Lower("name")), name="people_domain_lower"),)

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet["User"]):
    """Questions about many people."""

    def agents(self) -> "UserQuerySet":
        """Keep active staff."""
        return self.filter(role__in=User.STAFF, is_active=True)


class UserManager(BaseUserManager["User"]):
    """Makes people."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def agents(self) -> UserQuerySet:
        """Keep active staff."""
        return self.get_queryset().agents()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person; without a password nobody can log in as them."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an administrator (for `manage.py createsuperuser`)."""
        return self.create_user(email, password, role=User.Role.ADMIN, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person: requester, agent, lead or administrator."""

    class Role(models.TextChoices):
        REQUESTER = "requester", _("Requester")
        AGENT = "agent", _("Agent")
        LEAD = "lead", _("Lead")
        ADMIN = "admin", _("Administrator")

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    STAFF = (Role.AGENT, Role.LEAD, Role.ADMIN)

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.REQUESTER)
    language = models.CharField(
        _("language"), max_length=2, choices=[("de", "Deutsch"), ("en", "English")], default="de"
    )
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    single_keys = models.BooleanField(_("single-key shortcuts"), default=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    department = models.CharField(_("department"), max_length=80, blank=True)
    location = models.CharField(_("location"), max_length=80, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="people", verbose_name=_("organisation")
    )
    is_vip = models.BooleanField(_("VIP"), default=False)
    is_suspect = models.BooleanField(_("mail to this address bounced"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = (
            models.UniqueConstraint(Lower("email"), name="people_user_email_once"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="people_user_email_lower"),
        )
        indexes = (models.Index(fields=["role"], condition=~models.Q(role="requester"), name="people_user_staff"),)

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """Say who this is, by name or by address."""
        return self.name or self.email

    @property
    def first_name(self) -> str:
        """Give the first word of the name."""
        return self.name.split(" ")[0] if self.name else ""

    @property
    def is_agent(self) -> bool:
        """Tell whether this person works here: agent, lead or administrator."""
        return self.role in self.STAFF

    @property
    def is_lead(self) -> bool:
        """Tell whether this person leads or administers."""
        return self.role in (self.Role.LEAD, self.Role.ADMIN)

    @property
    def is_admin(self) -> bool:
        """Tell whether this person administers the helpdesk."""
        return self.role == self.Role.ADMIN


class AuditEntry(models.Model):
    """What somebody changed in the settings; a trigger refuses to change or delete it."""

    class Action(models.TextChoices):
        CREATED = "created", _("created")
        CHANGED = "changed", _("changed")
        REMOVED = "removed", _("removed")
        ACTIVATED = "activated", _("activated")
        DEACTIVATED = "deactivated", _("deactivated")
        PASSWORD_MAIL = "password_mail", _("mail to set a password sent")

    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )  # nobody: the system
    action = models.CharField(_("what"), max_length=13, choices=Action.choices)
    kind = models.CharField(_("kind"), max_length=40)
    key = models.BigIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=300)
    changes = models.JSONField(_("changes"), default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["kind", "key"], name="audit_of_one"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.key} {self.action}"
