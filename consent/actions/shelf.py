"""The shelf of an organisation: a folder for what its data officers and managers write about its own processing."""

from consent.rooms import DECIDERS
from foundation.accounts.models import Organisation, Seat, Unit
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk
from foundation.dossiers.models import VIEW, Dossier, DossierGroupPermission, Kind


def shelf(organisation: Organisation) -> Dossier:
    """The folder, open to every decider's seat there is now; made by the clerk on first use, who holds no key of it."""
    with clerk.as_clerk():
        Organisation.objects.select_for_update().get(pk=organisation.pk)  # two at once make one shelf
        found = Dossier.objects.filter(kind=Kind.SHELF, organisation=organisation).order_by("created_at").first()
        found = found or _new(organisation)
        _open_to_all(found)
    return Dossier.objects.get(pk=found.pk)


def _new(organisation: Organisation) -> Dossier:
    unit = Unit.objects.filter(organisation=organisation, parent=None).order_by("pk")[0]
    with clerk.as_clerk() as keeper:
        made = dossiers.open_dossier(Kind.SHELF, unit, by=keeper, groups={}, reason="keeper")
        dossiers.unshare(made, user=keeper)
        return made


def _open_to_all(folder: Dossier) -> None:
    groups = Seat.objects.filter(unit__organisation=folder.organisation_id, role__in=DECIDERS).values_list(
        "group_id", flat=True
    )
    known = DossierGroupPermission.objects.filter(
        content_object=folder, permission_id=dossiers.permission_id(VIEW)
    ).values_list("group_id", flat=True)
    for group in sorted(set(groups) - set(known)):
        dossiers.share_with_group(folder, group)
