"""What is known of the person."""

from typing import Any

from django.db import transaction

from consent.actions.keeping import learn_age
from consent.models import Person
from foundation.accounts.models import User
from foundation.audit import trail


@transaction.atomic
def change_person(person: Person, *, by: User, **values: Any) -> None:
    """Set what is known of the person: ``alias``, ``name``, ``date_of_birth``, ``profile``, ``safe_contact``."""
    for name, value in values.items():
        setattr(person, name, value or None)
    person.save(update_fields=[*values, "changed_at"])
    if {"profile", "date_of_birth"} & set(values):
        learn_age(person)
    trail.record("person.changed", dossier=person.dossier_id, subject=person.pk, fields=sorted(values))
