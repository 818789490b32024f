"""Addresses of the office of data protection; ``consent.urls`` includes them."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from consent.terms import HOLD, INCIDENT
from consent.views import assessments, holds, incidents, processing, retention


class Verb(StringConverter):
    """One of the verbs of a table; anything else is no address."""

    regex = "[a-z_]+"


def _one_of(*verbs: str) -> type[Verb]:
    return type("OneOf", (Verb,), {"regex": "|".join(sorted(verbs))})


register_converter(_one_of("approve", "drop"), "assessing")
register_converter(_one_of("agree", "refuse"), "agreeing")
register_converter(_one_of(*HOLD.moves), "holding")
register_converter(_one_of(*INCIDENT.moves), "handling")

urlpatterns = [
    path("register/", processing.register, name="register"),
    path("register/list/", processing.export, name="register_csv"),
    path("register/<slug:purpose>/", processing.basis, name="basis"),
    path("assessments/", assessments.assessments, name="assessments"),
    path("assessments/new/", assessments.new, name="assessment_new"),
    path("assessments/<uuid:pk>/", assessments.assessment, name="assessment"),
    path("assessments/<uuid:pk>/<assessing:verb>/", assessments.step, name="assessment_step"),
    path("retention/", retention.retention, name="retention"),
    path("retention/<slug:name>/", retention.rule_new, name="rule_new"),
    path("retention/rules/<uuid:pk>/<agreeing:verb>/", retention.rule_step, name="rule_step"),
    path("keeping/<uuid:pk>/", retention.keeping, name="keeping"),
    path("holds/", holds.holds, name="holds"),
    path("holds/<uuid:pk>/", holds.hold, name="hold"),
    path("holds/<uuid:pk>/<holding:verb>/", holds.step, name="hold_step"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/report/", incidents.report, name="incident_report"),
    path("incidents/<uuid:pk>/", incidents.incident, name="incident"),
    path("incidents/<uuid:pk>/<handling:verb>/", incidents.step, name="incident_step"),
]
