"""The words of the directory as HSDS taxonomies: what HSDS has no field for stands in attributes with these terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from consent.vocabulary import AccessNeed
from referrals.fields import FIELDS
from referrals.listing import Attribute
from referrals.partnership import DataSharing
from referrals.vocabulary import ServiceType

SPACE = UUID("6d1f4a1e-6a35-5a0e-9d0b-1f3f5a1c7b52")
"""All ids of taxonomies and terms are made from it and from codes: the same in every installation."""


@dataclass(frozen=True)
class Taxonomy:
    """A closed list of the directory. ``column`` is where its codes stand, ``is_list`` whether an entry has several."""

    code: str
    name: Any
    terms: Mapping[str, Any]
    column: str
    is_list: bool = True

    @cached_property
    def id(self) -> str:
        """Its id."""
        return str(uuid5(SPACE, self.code))

    def term_id(self, code: str) -> str:
        """The id of a term."""
        return str(uuid5(SPACE, f"{self.code}/{code}"))

    def with_term(self, code: str) -> Q:
        """The services with this term."""
        return Q(**{f"{self.column}__contains": [code]}) if self.is_list else Q(**{self.column: code})

    def with_any(self) -> Q:
        """The services with any of its terms."""
        return ~Q(**{self.column: [] if self.is_list else ""})


TAXONOMIES = {
    row.code: row
    for row in (
        Taxonomy("service_type", _("What does it give?"), dict(ServiceType.choices), "service_type", is_list=False),
        Taxonomy("attribute", _("What people ask about"), dict(Attribute.choices), "attributes"),
        Taxonomy("access", _("Access"), dict(AccessNeed.choices), "access"),
        Taxonomy(
            "needs", _("What must the service be told, beyond the preview?"),
            {code: label for code, (tier, label) in FIELDS.items() if tier > 0}, "needs",
        ),
        Taxonomy(
            "data_sharing_with_authorities", _("Does it tell authorities about people?"), dict(DataSharing.choices),
            "partner__data_sharing", is_list=False,
        ),
    )
}  # fmt: skip
BY_ID = {row.id: row for row in TAXONOMIES.values()}
TERMS = {row.term_id(code): (row, code) for row in TAXONOMIES.values() for code in row.terms}
"""Id → taxonomy and code, of every term."""


def taxonomy_of(taxonomy: Taxonomy) -> dict[str, str]:
    """A taxonomy as HSDS writes it."""
    return {"id": taxonomy.id, "name": taxonomy.code, "description": str(taxonomy.name)}


def term_of(taxonomy: Taxonomy, code: str) -> dict[str, str]:
    """A term as HSDS writes it, named in the reader's language."""
    words = str(taxonomy.terms[code])
    return {
        "id": taxonomy.term_id(code), "code": code, "name": words, "description": words, "taxonomy": taxonomy.code,
        "taxonomy_id": taxonomy.id, "language": get_language() or "en",
    }  # fmt: skip


def attribute_of(link: UUID, entity: str, taxonomy: Taxonomy, code: str) -> dict[str, Any]:
    """A term that applies to a service or an organisation."""
    return {
        "id": str(uuid5(link, f"{taxonomy.code}/{code}")), "link_id": str(link), "link_entity": entity,
        "link_type": taxonomy.code, "value": code, "label": str(taxonomy.terms[code]),
        "taxonomy_term_id": taxonomy.term_id(code), "taxonomy_term": term_of(taxonomy, code),
    }  # fmt: skip
