"""Organisations and their units, people, seats (a role in a unit) and appointments to them."""

import uuid
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.core.calendars import WorkingCalendar


class Role(models.TextChoices):
    """What a seat is for (domain.md §11.2)."""

    REPORTER = "reporter", _("Volunteer")
    CASEWORKER = "caseworker", _("Caseworker")
    FOCAL_POINT = "focal_point", _("Protection focal point")
    DEPUTY = "deputy", _("Deputy focal point")
    MANAGER = "manager", _("Protection manager")
    DATA_OFFICER = "data_officer", _("Data-protection officer")
    ADMINISTRATOR = "administrator", _("Administrator")
    PARTNER_WORKER = "partner_worker", _("Partner worker")
    AUDITOR = "auditor", _("Auditor")
    DIRECTORY_EDITOR = "directory_editor", _("Directory editor")
    DIALOGUE = "dialogue", _("Officer for dialogue with authorities")
    SAFEGUARDING = "safeguarding", _("Safeguarding focal point")


class OrganisationKind(models.TextChoices):
    """Who an organisation is in the network."""

    NATIONAL_SOCIETY = "national_society", _("National Society")
    PARTNER = "partner", _("Partner organisation")
    HOUSE = "house", _("This installation")


class UnitKind(models.TextChoices):
    """Where a unit stands in the tree."""

    NATIONAL = "national", _("National office")
    BRANCH = "branch", _("Branch")
    SERVICE_POINT = "service_point", _("Humanitarian service point")
    PARTNER = "partner", _("Partner")


class Organisation(models.Model):
    """A National Society or a partner; has a key of its own in the vault."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)

    def __str__(self) -> str:
        return self.name


def _is_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("This is not a time zone."), code="zone")


class Unit(models.Model):
    """A branch or service point with its own working hours; ``path`` holds the ids from the root down."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="units")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField(max_length=20, choices=UnitKind.choices)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=40, default="UTC", validators=[_is_zone])
    opens = models.TimeField(default=time(9))
    closes = models.TimeField(default=time(17))
    weekend = models.JSONField(default=list, blank=True, help_text=_("Days off, Monday is 0."))
    holidays = models.JSONField(default=list, blank=True, help_text=_("Dates, as 2026-12-31."))
    phone = models.CharField(max_length=40, blank=True)
    runs_specialised = models.BooleanField(
        _("Runs specialised protection work"), default=False, help_text=_("Else it gives the minimum approach only.")
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="unit_name_in_organisation"),
            models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="unit_opens_before_it_closes"),
            models.CheckConstraint(
                condition=~Q(weekend__contains=[0, 1, 2, 3, 4, 5, 6]), name="unit_works_on_some_day"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def calendar(self) -> WorkingCalendar:
        """Working hours for the clocks of non-urgent matters."""
        days = frozenset(datetime.fromisoformat(day).date() for day in self.holidays)
        return WorkingCalendar(self.time_zone, self.opens, self.closes, frozenset(self.weekend), days)

    @property
    def has_calendar(self) -> bool:
        """Whether somebody has set its days off or holidays: until then no clock of its focal point is to be trusted."""
        return bool(self.weekend or self.holidays)

    def upwards(self) -> list["Unit"]:
        """This unit and those above it, nearest first."""
        line: list[Unit] = [self]
        while (parent := line[-1].parent) is not None and parent not in line:
            line.append(parent)
        return line


class UserManager(BaseUserManager["User"]):
    """People are invited, never superusers."""

    def create_user(self, email: str, name: str, password: str | None = None, **more: Any) -> "User":
        """A person who may sign in once appointed and once a password is set."""
        user = self.model(email=self.normalize_email(email).lower(), name=name, **more)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Sign-in does not care about upper and lower case."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person or a machine that acts. Nobody is a superuser: the database refuses it."""

    email = models.EmailField(_("E-mail"), unique=True)
    name = models.CharField(_("Name"), max_length=120)
    language = models.CharField(_("Language"), max_length=8, default="en")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_machine = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(is_superuser=False), name="no_superusers")]

    def __str__(self) -> str:
        return self.name

    def holds(self, role: str, unit_id: uuid.UUID | None = None) -> bool:
        """Whether this person now holds a seat with this role (in this unit)."""
        return any(s.role == role and unit_id in (None, s.unit_id) for s in self.seats)

    @property
    def held(self) -> "list[Appointment]":
        """The appointments in force at this moment, read once per request."""
        if "_held" not in self.__dict__:
            rows = Appointment.objects.in_force().filter(user=self).order_by("valid_from", "pk")
            self.__dict__["_held"] = list(rows.select_related("seat__unit__organisation"))
        held: list[Appointment] = self.__dict__["_held"]
        return held

    @staticmethod
    def read_held(users: "Sequence[User]") -> None:
        """Read for many people in one query what ``held`` would read for each."""
        of: dict[int, list[Appointment]] = {user.pk: [] for user in users}
        rows = Appointment.objects.in_force().filter(user__in=of).order_by("valid_from", "pk")
        for one in rows.select_related("seat__unit__organisation"):
            of[one.user_id].append(one)
        for user in users:
            user.__dict__["_held"] = of[user.pk]

    @property
    def seats(self) -> "list[Seat]":
        """The seats held at this moment."""
        return [appointment.seat for appointment in self.held]

    @property
    def group_ids(self) -> list[int]:
        """The auth groups of the seats held at this moment."""
        return [seat.group_id for seat in self.seats]


class Seat(models.Model):
    """A role in a unit, and the auth group that stands for it on access lists."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="seats")
    role = models.CharField(max_length=20, choices=Role.choices)
    group = models.OneToOneField(Group, models.PROTECT, related_name="seat")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "role"], name="one_seat_per_role")]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.unit.name}"


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Which appointments count now."""

    def in_force(self) -> "AppointmentQuerySet":
        """Confirmed, begun, not ended."""
        now = timezone.now()
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=now), confirmed_at__lte=now, valid_from__lte=now)

    def present(self) -> "AppointmentQuerySet":
        """In force, and the person is not away."""
        now = timezone.now()
        return self.in_force().filter(user__is_active=True).exclude(away_from__lte=now, away_until__gt=now)


class Appointment(models.Model):
    """One person on one seat, for a time. Somebody else than who proposed it, and than who gets it, confirms it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="appointments")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="appointments")
    valid_from = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField(null=True, blank=True)
    away_from = models.DateTimeField(null=True, blank=True)
    away_until = models.DateTimeField(null=True, blank=True)
    topics = models.JSONField(default=list, blank=True, help_text=_("Kinds of concern that come to this person alone."))
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "seat"], name="appointment_of_user")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="appointment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(away_until=None) | Q(away_until__gt=F("away_from")), name="absence_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None)
                | (Q(proposed_by=None) | ~Q(confirmed_by=F("proposed_by"))) & ~Q(confirmed_by=F("user")),
                name="appointment_needs_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.seat}"
