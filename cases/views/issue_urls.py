"""Addresses of issues, lessons and reports of harm; ``cases.urls`` includes them."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from cases.forms.issue import HARM_STEPS, STEPS
from cases.views import issues, learning


class IssueVerb(StringConverter):
    """One of the steps of an issue; anything else is no address."""

    regex = "|".join(sorted(STEPS))


class HarmVerb(StringConverter):
    """One of the steps of a report of harm."""

    regex = "|".join(sorted(HARM_STEPS))


register_converter(IssueVerb, "issuing")
register_converter(HarmVerb, "harming")
urlpatterns = [
    path("issues/", issues.issues, name="issues"),
    path("issues/new/", issues.new, name="issue_new"),
    path("issues/<uuid:pk>/", issues.issue, name="issue"),
    path("issues/<uuid:pk>/revise/", issues.revise, name="issue_revise"),
    path("issues/<uuid:pk>/actions/<uuid:action>/", issues.action_done, name="action_done"),
    path("issues/<uuid:pk>/<issuing:verb>/", issues.step, name="issue_step"),
    path("lessons/", learning.lessons, name="lessons"),
    path("lessons/new/", learning.lesson_new, name="lesson_new"),
    path("lessons/<uuid:pk>/release/", learning.lesson_release, name="lesson_release"),
    path("harm/", learning.harms, name="harms"),
    path("harm/new/", learning.harm_new, name="harm_new"),
    path("harm/<uuid:pk>/", learning.harm, name="harm"),
    path("harm/<uuid:pk>/<harming:verb>/", learning.harm_step, name="harm_step"),
    path("cases/<uuid:pk>/issue/", issues.link, name="case_issue"),
]
