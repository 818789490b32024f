"""Organisations and units, people and seats, and what stands at the door: second factors and their use."""

from foundation.accounts.models.directory import DirectoryLink
from foundation.accounts.models.door import CodeUse, ConductAcceptance, ConductVersion
from foundation.accounts.models.measures import Measure, MeasureKind
from foundation.accounts.models.people import (
    Appointment,
    AppointmentQuerySet,
    Organisation,
    OrganisationKind,
    Role,
    Seat,
    Unit,
    UnitKind,
    User,
    UserManager,
    _is_zone,
)

__all__ = [
    "Appointment", "AppointmentQuerySet", "CodeUse", "ConductAcceptance", "ConductVersion", "DirectoryLink", "Measure",
    "MeasureKind", "Organisation", "OrganisationKind", "Role", "Seat", "Unit", "UnitKind", "User", "UserManager", "_is_zone",
]  # fmt: skip
