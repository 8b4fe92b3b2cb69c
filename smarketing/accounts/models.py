"""People: who they are, which side they stand on, what they may see by mail."""

import secrets
import zoneinfo
from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from smarketing.now import this_second


class Side(models.TextChoices):
    """The two teams of an agreement; blank is nobody's side (viewers)."""

    MARKETING = "marketing", "Marketing"
    SALES = "sales", "Sales"


class Role(models.TextChoices):
    MEMBER = "member", "Member"
    MANAGER = "manager", "Manager"
    VIEWER = "viewer", "Viewer"


class Theme(models.TextChoices):
    """How pages look to one person."""

    DEVICE = "device", "as my device"
    LIGHT = "light", "light"
    DARK = "dark", "dark"


def position_of(side: str, role: str) -> str:
    """Where somebody stands, in words: “Sales, rep”, “Marketing, manager”, “viewer”."""
    if side == Side.SALES and role == Role.MEMBER:
        return "Sales, rep"
    word = Role(role).label.lower()
    return f"{Side(side).label}, {word}" if side else word


def validate_time_zone(name: str) -> None:
    """ValidationError unless `name` is an IANA zone such as Europe/Copenhagen."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValidationError(
            f"“{name}” is no time zone. Use a name such as Europe/Copenhagen or America/Sao_Paulo."
        ) from error


def new_mail_token() -> str:
    """A secret for the unsubscribe links in one person's mail."""
    return secrets.token_urlsafe(24)


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def on_side(self, side: str) -> "UserQuerySet":
        return self.filter(side=side)

    def managers(self) -> "UserQuerySet":
        return self.filter(role=Role.MANAGER)

    def administrators(self) -> "UserQuerySet":
        """Those who may administer now."""
        return self.active().filter(is_administrator=True)

    def who_want(self, mail: str) -> "UserQuerySet":
        """Active people who get this kind of mail: `mail` is summary, report or notices.

        Who made no choice gets the default of their role: members and managers yes, viewers no.
        """
        field = f"wants_{mail}"
        return self.active().filter(
            Q(**{field: True}) | (Q(**{f"{field}__isnull": True}) & ~Q(role=Role.VIEWER))
        )


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, email: str) -> "User":
        """Log-in names are e-mail addresses, whatever their case."""
        return self.get(email__iexact=email)

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """Create a person; without a password nobody can log in as them. ValueError without an e-mail."""
        if not email:
            raise ValueError("A person needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        """An administrator without a side, who may also use Django's own admin."""
        fields = {"role": Role.VIEWER, "is_administrator": True, "is_superuser": True} | fields
        return self.create_user(email, password, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person of the company. Logs in by e-mail; is on one side with a role, or a viewer on none."""

    email = models.EmailField("e-mail", max_length=254)
    name = models.CharField(max_length=150)
    side = models.CharField(max_length=10, choices=Side.choices, blank=True)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    is_administrator = models.BooleanField("administrator", default=False)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    theme = models.CharField(max_length=10, choices=Theme.choices, default=Theme.DEVICE)
    is_active = models.BooleanField("active", default=True)
    joined_at = models.DateTimeField(default=this_second, editable=False)

    # None: no choice made, so the role's default holds (UserQuerySet.who_want).
    wants_summary = models.BooleanField("the nightly summary", null=True, blank=True, default=None)
    wants_report = models.BooleanField("the weekly report", null=True, blank=True, default=None)
    wants_notices = models.BooleanField("notices about single leads", null=True, blank=True, default=None)
    mail_token = models.CharField(max_length=40, default=new_mail_token, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message="Somebody has this e-mail already.",
            ),
            models.UniqueConstraint(fields=["mail_token"], name="user_mail_token_once"),
            models.CheckConstraint(
                condition=Q(role=Role.VIEWER, side="")
                | Q(role__in=[Role.MEMBER, Role.MANAGER], side__in=Side.values),
                name="user_side_fits_role",
                violation_error_message="Members and managers are on a side, viewers on none.",
            ),
            models.CheckConstraint(condition=Q(theme__in=Theme.values), name="user_theme_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    @property
    def is_staff(self) -> bool:
        """Django's admin opens to superusers only; our administrators have their own pages."""
        return self.is_superuser

    def wants(self, mail: str) -> bool:
        """Whether this active person gets `mail` (summary, report or notices), as `who_want` has it."""
        choice = getattr(self, f"wants_{mail}")
        return self.is_active and (self.role != Role.VIEWER if choice is None else choice)

    @property
    def position(self) -> str:
        """Where they stand, in words: “Sales, rep”, “Marketing, manager”, “viewer, administrator”."""
        return f"{self.position_alone}, administrator" if self.is_administrator else self.position_alone

    @property
    def position_alone(self) -> str:
        """`position` without the administrator flag."""
        return position_of(self.side, self.role)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Neither accepted nor withdrawn; its link may have expired."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def valid(self, now: datetime) -> "InvitationQuerySet":
        """Those whose link works at `now`."""
        return self.open().filter(expires_at__gt=now)


class Invitation(models.Model):
    """A place kept for somebody who may choose name and password by a link, once and for a week.

    Only a hash of the link's token is kept here. Inviting again gives the row a new token, so that the
    earlier link stops working.
    """

    email = models.EmailField("e-mail", max_length=254)
    side = models.CharField(max_length=10, choices=Side.choices, blank=True)
    role = models.CharField(max_length=10, choices=Role.choices)
    is_administrator = models.BooleanField(default=False)
    token_hash = models.CharField(max_length=64)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Somebody who is known already but has no password yet, or (once accepted) who came.
    person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Invitation"]] = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["token_hash"], name="invitation_token_once"),
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_open_once",
            ),
            models.CheckConstraint(
                condition=Q(role=Role.VIEWER, side="")
                | Q(role__in=[Role.MEMBER, Role.MANAGER], side__in=Side.values),
                name="invitation_side_fits_role",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def position(self) -> str:
        stands = position_of(self.side, self.role)
        return f"{stands}, administrator" if self.is_administrator else stands


class Change(models.TextChoices):
    """What may change of a person."""

    JOINED = "joined", "accepted the invitation"
    NAME = "name", "name"
    PLACE = "place", "side and role"
    ADMINISTRATOR = "administrator", "administrator"
    PASSWORD = "password", "chose a password"
    LINK = "link", "link to choose a password"
    DEACTIVATED = "deactivated", "deactivated"
    REACTIVATED = "reactivated", "reactivated"


class AccountChange(models.Model):
    """Who changed what of a person, and when. Append-only: the database refuses the rest (triggers.py)."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="changes")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    what = models.CharField(max_length=15, choices=Change.choices)
    was = models.CharField(max_length=200, blank=True)
    became = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(what__in=Change.values), name="account_change_known")
        ]
        indexes = [models.Index(fields=["person", "-at", "-id"], name="account_change_of_person")]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_what_display()}"


class Attempt(models.Model):
    """One try at a page that is open to strangers. `key` is a keyed hash: nobody's address is kept."""

    purpose = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["purpose", "key", "at"], name="attempt_of_key"),
            models.Index(fields=["at"], name="attempt_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.at}"
