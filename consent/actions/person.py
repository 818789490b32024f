"""What is known of the person."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from consent.actions.keeping import learn_age
from consent.models import Caregiver, Person
from consent.vocabulary import ContactMethod
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Refused


@transaction.atomic
def change_person(person: Person, *, by: User, **values: Any) -> None:
    """Set what is known of the person: ``alias``, ``name``, ``date_of_birth``, ``profile``, ``safe_contact``.

    A child with a caregiver who is a source of harm is reached through nobody (HS-04).
    """
    if (values.get("safe_contact") or {}).get("method") == ContactMethod.THROUGH:
        _refuse_go_between(person)
    for name, value in values.items():
        setattr(person, name, value or None)
    person.save(update_fields=[*values, "changed_at"])
    if {"profile", "date_of_birth"} & set(values):
        learn_age(person)
    trail.record("person.changed", dossier=person.dossier_id, subject=person.pk, fields=sorted(values))


def _refuse_go_between(person: Person) -> None:
    if Caregiver.objects.filter(person=person, flagged_at__isnull=False).exists():
        raise Refused(
            "contact.excluded",
            _(
                "A caregiver of this person is a source of harm. Nobody is reached through others here; choose another way."
            ),
            "method",
        )
