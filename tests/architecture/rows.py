"""A row of any model that hangs on a folder, made without its actions: for what is asked of every table alike."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from cases.models import IssueLink
from consent.models import (
    BestInterestNote,
    CapacityAssessment,
    DataSubjectRequest,
    Decision,
    ExceptionalDisclosure,
    Withdrawal,
)
from foundation.dossiers import clerk
from foundation.dossiers.models import Clock, Dossier, DossierBound
from foundation.vault.fields import EncryptedField
from referrals.models import Disclosure, ItemRequest, Referral, Representation
from riskanalysis.models import ClinicalWindow, OutcomeMeasurement

# Where a constraint of the table wants more than a value of the right kind.
MORE: dict[type[models.Model], Callable[[], dict[str, Any]]] = {
    Clock: lambda: {"user_id": clerk._ids()[0]},
    Decision: lambda: {"valid_until": timezone.now() + timedelta(days=1)},
    BestInterestNote: lambda: {"purposes": ["record_case"], "valid_until": timezone.now() + timedelta(days=1)},
    CapacityAssessment: lambda: {"valid_until": timezone.now() + timedelta(days=1)},
    DataSubjectRequest: lambda: {"kind": "feedback"},
    Disclosure: lambda: {"decision_id": uuid4()},
    ExceptionalDisclosure: lambda: {"fields": ["alias"]},
    ClinicalWindow: lambda: {"answer": ""},
    IssueLink: lambda: {"case_id": uuid4()},
    ItemRequest: lambda: {"refusal": ""},
    OutcomeMeasurement: lambda: {"category": "unknown", "why": "x"},
    Referral: lambda: {"unverified_for": ""},
    Representation: lambda: {"case_id": uuid4(), "basis": "individual", "naming": "identified"},
    Withdrawal: lambda: {"told": ""},
}


def bound() -> list[type[DossierBound]]:
    """Every model that hangs on a folder."""
    return [model for model in apps.get_models() if issubclass(model, DossierBound)]


def row(model: type[DossierBound], dossier: Dossier) -> Any:
    """A row in this folder that points nowhere: keys of others are checked at the commit, which never comes."""
    values = {f.attname: value(f) for f in model._meta.concrete_fields if needs(f)}
    return model(**{**values, **MORE.get(model, dict)(), "dossier_id": dossier.pk})


def needs(field: Any) -> bool:
    """Whether nobody else gives it a value."""
    return not field.primary_key and field.name != "dossier" and not field.null and not field.has_default()


def value(field: Any) -> Any:
    """Something of the right kind; who works here is the clerk, so that no row names anybody of the chart."""
    if isinstance(field, models.ForeignKey):
        numbers = {"accounts.user": clerk._ids()[0], "auth.group": clerk.group_id()}
        return numbers.get(field.related_model._meta.label_lower) or uuid4()
    if isinstance(field, EncryptedField):
        kind = type(field).__name__
        return {} if "JSON" in kind else b"x" if "Bytes" in kind else "x"
    if field.choices:
        return field.choices[0][0]
    made: dict[type, Any] = {
        models.CharField: uuid4().hex[: field.max_length or 8], models.DateTimeField: timezone.now(),
        models.DateField: timezone.localdate(), models.DurationField: timedelta(1), models.UUIDField: uuid4(),
        models.BooleanField: False, models.IntegerField: 1, models.JSONField: [], ArrayField: [],
        models.BinaryField: b"x", models.TextField: "x",
    }  # fmt: skip
    return next(found for kind, found in made.items() if isinstance(field, kind))
