"""Addresses of reports, and of the risk of a case."""

from django.urls import path

from riskanalysis.views import assessing, outcome, reports, risk

app_name = "riskanalysis"
urlpatterns = [
    path("reports/", reports.reports, name="reports"),
    path("reports/<uuid:pk>/", reports.report, name="report"),
    path("cases/<uuid:pk>/risk/", risk.risk, name="risk"),
    path("cases/<uuid:pk>/risk/threat/", risk.name_threat, name="threat"),
    path("cases/<uuid:pk>/risk/outcome/", outcome.outcome, name="outcome"),
    path("cases/<uuid:pk>/risk/help/<uuid:window>/", outcome.tell_of_help, name="help"),
    path("threats/<uuid:pk>/assess/", risk.assess, name="assess"),
    path("assessing/<uuid:pk>/", assessing.assessment, name="assessment"),
    path("assessing/<uuid:pk>/sign/", assessing.sign, name="sign"),
    path("assessing/<uuid:pk>/discard/", assessing.discard, name="discard"),
    path("assessing/<uuid:pk>/<str:question>/", assessing.question, name="question"),
]
