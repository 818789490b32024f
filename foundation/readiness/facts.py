"""What this floor knows by itself: appointments (P2), trainings (P3), the code of conduct (P4)."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.accounts.models import Appointment, ConductAcceptance, ConductVersion, Role, Unit
from foundation.readiness import evidence
from foundation.readiness.evidence import Evidence
from foundation.readiness.models import Competence, Training

SAFE = (Competence.SAFE_REFERRAL, Competence.PROTECTION_REFERRAL)
FRONTLINE = (Role.REPORTER, Role.CASEWORKER, Role.FOCAL_POINT, Role.DEPUTY)


def focal_point(unit: Unit) -> Evidence:
    """P2: two people, one the focal point and one the deputy, here or in the nearest unit above; and a duty phone."""
    line = unit.upwards()
    rows = Appointment.objects.in_force().filter(
        topics=[],
        seat__unit__in=[place.pk for place in line],
        seat__role__in=(Role.FOCAL_POINT, Role.DEPUTY),
        user__is_active=True,
    )
    held = list(rows.values_list("seat__unit_id", "seat__role", "user_id"))
    url = reverse("readiness:register", args=[unit.pk])
    for place in line:
        leads = {user for where, role, user in held if where == place.pk and role == Role.FOCAL_POINT}
        deputies = {user for where, role, user in held if where == place.pk and role == Role.DEPUTY}
        if not leads:
            continue
        if not deputies or len(leads | deputies) == 1:
            return Evidence(False, _("there is no deputy"), url)
        if not any(up.phone for up in line):
            return Evidence(False, _("there is no duty phone for the time out of hours"), url)
        return Evidence(True, _("Appointed, with a deputy and a duty phone."), url)
    return Evidence(False, _("there is no focal point"), url)


def _people(unit: Unit) -> set[int]:
    rows = Appointment.objects.in_force().filter(seat__unit=unit, seat__role__in=FRONTLINE, user__is_machine=False)
    return set(rows.values_list("user_id", flat=True))


def trained(unit: Unit) -> Evidence:
    """P3: how many of those at the front line here are trained and in date, against the share that is wanted."""
    people = _people(unit)
    rows = Training.objects.in_date().filter(user__in=people)
    n = rows.filter(competence__in=SAFE).values("user").distinct().count()
    is_met = bool(people) and n * 100 >= len(people) * settings.TRAINED_SHARE
    text = ngettext("%(n)d of %(all)d person is trained.", "%(n)d of %(all)d people are trained.", len(people))
    return Evidence(is_met, text % {"n": n, "all": len(people)}, reverse("readiness:trainings"))


def conduct(unit: Unit) -> Evidence:
    """P4: how many of those who work here have accepted the code of conduct that is in force."""
    people = _people(unit)
    newest = ConductVersion.objects.order_by("-version").values_list("version", flat=True).first()
    n = ConductAcceptance.objects.filter(user__in=people, version=newest or 0).count()
    text = ngettext(
        "%(n)d of %(all)d person has accepted it.", "%(n)d of %(all)d people have accepted it.", len(people)
    )
    return Evidence(bool(people) and n == len(people), text % {"n": n, "all": len(people)})


def install() -> None:
    """Register them."""
    evidence.supply("P2", focal_point)
    evidence.supply("P3", trained)
    evidence.supply("P4", conduct)
